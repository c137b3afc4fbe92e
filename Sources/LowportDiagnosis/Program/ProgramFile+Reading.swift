// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
internal import LowportLinux

/// What is read from a file on the way to the program.
extension ProgramFile {
    /// Reads the open file that runs what was asked about.
    init(
        _ file: borrowing FileDescriptor,
        _ image: ProgramImage,
        scripts: [ByteString],
        _ scriptsWithCapabilities: [ByteString]
    ) throws(Errno) {
        let (status, place) = (try file.status(), try file.path())
        self.init(
            path: place,
            scripts: scripts,
            scriptsWithCapabilities: scriptsWithCapabilities,
            image: image,
            mode: status.mode,
            owner: status.owner,
            group: status.group,
            attribute: Self.attribute(of: file),
            isOnNosuidMount: (try? file.fileSystem().ignoresPrivileges) ?? false,
            isOpenToOthers: Self.isOpenToOthers(place)
        )
        // A remedy that gives the program more rights, or more users, also affects the scripts that lead to it.
        weakness = ([place] + scripts).lazy.compactMap { Self.weakness(of: $0) }.first
    }

    /// Whether this process may execute the file and not read it.
    static func isExecutableAlone(_ path: ByteString) throws(Errno) -> Bool {
        guard accessError(.read, to: path) == .permissionDenied, accessError(.execute, to: path) == nil else {
            return false
        }
        return try FileStatus(of: path).kind == .regular
    }

    static func unreadable(
        _ path: ByteString,
        _ scripts: [ByteString],
        _ capable: [ByteString]
    ) throws(Errno) -> ProgramFile {
        let status = try FileStatus(of: path)
        var program = ProgramFile(
            path: (try? ResolvedPath(path, followLinks: true).path) ?? path,
            scripts: scripts,
            scriptsWithCapabilities: capable,
            image: .unknown,
            mode: status.mode,
            owner: status.owner,
            group: status.group,
            attribute: (try? FileCapabilities(ofFile: path)).map { .some($0.inSightOfTheKernel) } ?? .none,
            isOnNosuidMount: (try? FileDescriptor.open(path, .pathOnly).fileSystem().ignoresPrivileges) ?? false,
            isOpenToOthers: isOpenToOthers(path)
        )
        program.isReadable = false
        program.weakness = weakness(of: path)
        return program
    }

    /// Whether a file that begins like this is taken for commands of sh(1): a line without NUL.
    static func isText(_ start: [UInt8]) -> Bool {
        !start.isEmpty && !start.prefix { $0 != 0x0A }.contains(0)
    }

    private static func isOpenToOthers(_ path: ByteString) -> Bool {
        guard let resolved = try? ResolvedPath(path) else { return false }
        return resolved.weakFile() != nil || resolved.weakDirectory() != nil
    }

    static func attribute(of file: borrowing FileDescriptor) -> Attribute {
        do throws(Errno) {
            if let capabilities = try FileCapabilities(of: file) { return .some(capabilities.inSightOfTheKernel) }
            // `FileCapabilities` does not distinguish a missing attribute from a file system without attributes.
            _ = try file.readAttribute(.capability, limit: 0)
            return .none
        } catch {
            return error == .notSupported ? .unsupported : error == .noData ? .none : .unreadable(error)
        }
    }
}
