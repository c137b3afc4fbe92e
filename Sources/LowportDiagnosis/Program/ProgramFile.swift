// SPDX-License-Identifier: Apache-2.0
package import LowportCapabilities
package import LowportLaunch
package import LowportLinux

/// A program on the disk, and its properties that matter for a bind.
package struct ProgramFile: Hashable, Sendable {
    /// The result of reading the file capabilities.
    package enum Attribute: Hashable, Sendable {
        /// The file has no capabilities.
        case none
        /// The file has these capabilities.
        case some(FileCapabilities)
        /// The file system has no extended attributes.
        case unsupported
        /// The capabilities could not be read.
        case unreadable(Errno)
    }

    /// The path, with all symbolic links followed.
    package var path: ByteString
    /// The scripts that led to the program, the requested one first; each is started through the next.
    package var scripts: [ByteString]
    /// The scripts with file capabilities, which the kernel ignores.
    package var scriptsWithCapabilities: [ByteString]
    /// The kind of the program, which decides how its binds can be reached.
    package var image: ProgramImage
    /// The permission bits.
    package var mode: FileMode
    /// The owner.
    package var owner: UserID
    /// The file capabilities.
    package var attribute: Attribute
    /// Whether set-ID and file capabilities have no effect on the file system (`nosuid`, mount(8)).
    package var isOnNosuidMount: Bool
    /// Which user besides root can replace the file, as the end of a sentence; nil if none can.
    package var weakness: ByteString?
    /// Whether a user other than root may change or replace the file: such a file must not be given a capability.
    package var isOpenToOthers: Bool

    /// The libraries that the loader does not find if the file gives the program privileges (`SecureStart`).
    package var missingLibraries: [ByteString] = []
    /// Whether the file could be read; if not, its kind is not known.
    package var isReadable = true

    /// Creates the description of a program.
    package init(
        path: ByteString,
        scripts: [ByteString] = [],
        scriptsWithCapabilities: [ByteString] = [],
        image: ProgramImage,
        mode: FileMode = FileMode(rawValue: 0o755),
        owner: UserID = .root,
        attribute: Attribute = .none,
        isOnNosuidMount: Bool = false,
        isOpenToOthers: Bool = false,
        weakness: ByteString? = nil
    ) {
        self.path = path
        self.scripts = scripts
        self.scriptsWithCapabilities = scriptsWithCapabilities
        self.image = image
        self.mode = mode
        self.owner = owner
        self.attribute = attribute
        self.isOnNosuidMount = isOnNosuidMount
        self.weakness = weakness
        self.isOpenToOthers = isOpenToOthers
    }

    /// The path that is executed: the first of the scripts, or the program itself.
    var startedPath: ByteString { scripts.first ?? path }

    /// Whether starting the program changes the user or the group.
    package var isSetID: Bool { mode.isSetID && !isOnNosuidMount }
}

extension ProgramFile {
    /// Examines `program`, and follows scripts to the program that actually runs.
    /// - Parameters:
    ///   - program: a path, or a name that is looked up along PATH.
    ///   - searchPath: the value of PATH.
    package init(_ program: ByteString, searchPath: ByteString) throws(ProgramError) {
        var (path, scripts) = (program, [] as [ByteString])
        do throws(Errno) { self = try Self.found(&path, &scripts, searchPath) } catch {
            throw ProgramError(path: path, error: error, script: scripts.last)
        }
    }

    private static func found(
        _ path: inout ByteString,
        _ scripts: inout [ByteString],
        _ searchPath: ByteString
    ) throws(Errno) -> ProgramFile {
        path = try Self.find(path, searchPath: searchPath)
        var capable: [ByteString] = []
        while true {
            if try isExecutableAlone(path) { return try unreadable(path, scripts, capable) }
            let file = try FileDescriptor.open(path, [.readOnly, .nonBlocking])
            let start = try file.read(upTo: ProgramImage.prefixLength)
            let image = ProgramImage(start)
            if case .script(let interpreter, let argument) = image {
                // The interpreter of a script may be a script itself, up to four recursions (execve(2), ELOOP): at most
                // five scripts.
                guard scripts.count < 5 else { throw .symbolicLinkLoop }
                scripts.append(path)
                if case .some = Self.attribute(of: file) { capable.append(path) }
                path = Self.nameForEnv(interpreter, argument) ?? interpreter
                path = try Self.find(path, searchPath: searchPath)
                continue
            }
            let status = try file.status()
            guard status.kind == .regular else { throw .permissionDenied }
            if image == .unknown, scripts.count < 5, Self.isText(start) {
                // What the kernel does not know, execvp(3) and shells start with sh(1).
                scripts.append(path)
                path = "/bin/sh"
                continue
            }
            let place = try file.path()
            var program = ProgramFile(
                path: place,
                scripts: scripts,
                scriptsWithCapabilities: capable,
                image: image,
                mode: status.mode,
                owner: status.owner,
                attribute: Self.attribute(of: file),
                isOnNosuidMount: (try? file.fileSystem().ignoresPrivileges) ?? false,
                isOpenToOthers: Self.isOpenToOthers(place)
            )
            // A remedy that gives the program more rights, or more users, also affects the scripts that lead to it.
            if program.hasPrivileges { program.missingLibraries = SecureStart.missingLibraries(ofProgramAt: place) }
            program.weakness = ([place] + scripts).lazy.compactMap { Self.weakness(of: $0) }.first
            return program
        }
    }

    /// Whether this process may execute the file and not read it.
    private static func isExecutableAlone(_ path: ByteString) throws(Errno) -> Bool {
        guard accessError(.read, to: path) == .permissionDenied, accessError(.execute, to: path) == nil else {
            return false
        }
        return try FileStatus(of: path).kind == .regular
    }

    private static func unreadable(
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
            attribute: (try? FileCapabilities(ofFile: path)).map { .some($0) } ?? .none,
            isOnNosuidMount: (try? FileDescriptor.open(path, .pathOnly).fileSystem().ignoresPrivileges) ?? false,
            isOpenToOthers: isOpenToOthers(path)
        )
        program.isReadable = false
        program.weakness = weakness(of: path)
        return program
    }

    /// Whether a file that begins like this is taken for commands of sh(1): a line without NUL.
    private static func isText(_ start: [UInt8]) -> Bool {
        !start.isEmpty && !start.prefix { $0 != 0x0A }.contains(0)
    }

    /// The name of the program that `#!/usr/bin/env NAME` starts; nil if the interpreter is not env(1).
    private static func nameForEnv(_ interpreter: ByteString, _ argument: ByteString) -> ByteString? {
        guard interpreter.hasSuffix("/env") else { return nil }
        // With -S, env splits the rest into words; options and variables may come first.
        return argument.split(on: 0x20).first { !$0.isEmpty && !$0.hasPrefix("-") && !$0.bytes.contains(0x3D) }
    }

    private static func isOpenToOthers(_ path: ByteString) -> Bool {
        guard let resolved = try? ResolvedPath(path) else { return false }
        return resolved.weakFile() != nil || resolved.weakDirectory() != nil
    }

    private static func find(_ program: ByteString, searchPath: ByteString) throws(Errno) -> ByteString {
        if program.bytes.contains(UInt8(ascii: "/")) { return program }
        for directory in searchPath.split(on: UInt8(ascii: ":")) {
            let path = (directory.isEmpty ? "." : directory) + "/" + program
            if let status = try? FileStatus(of: path), status.kind == .regular, status.mode.rawValue & 0o111 != 0 {
                return path
            }
        }
        throw .noSuchFile
    }

    private static func attribute(of file: borrowing FileDescriptor) -> Attribute {
        do throws(Errno) {
            if let capabilities = try FileCapabilities(of: file) { return .some(capabilities) }
            // `FileCapabilities` does not distinguish a missing attribute from a file system without attributes.
            _ = try file.readAttribute(.capability, limit: 0)
            return .none
        } catch {
            return error == .notSupported ? .unsupported : error == .noData ? .none : .unreadable(error)
        }
    }
}
