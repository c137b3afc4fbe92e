// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A program to be started, found as execvp(3) finds it.
package struct Target: Hashable, Sendable {
    /// The path of the program.
    package let path: ByteString
    /// The kind of file that the kernel will load: the program itself or, for a script, its interpreter.
    package let image: ProgramImage
    /// Whether the program gains privileges when it is executed: set-user-ID, set-group-ID or file capabilities.
    package let gainsPrivileges: Bool
    /// Whether the program loses ambient capabilities when it is executed: it is set-ID, or has the attribute of file
    /// capabilities, even an empty one (`ambient set` in capabilities(7)).
    package let losesAmbient: Bool
    /// Whether the program is started through env(1), so that it is not the first program that is loaded.
    package let isBehindEnv: Bool
    /// Whether the program's file is readable; a program with an unreadable file cannot be inspected.
    package let isReadable: Bool

    /// Creates a target with these properties.
    package init(
        path: ByteString,
        image: ProgramImage,
        gainsPrivileges: Bool = false,
        losesAmbient: Bool = false,
        isBehindEnv: Bool = false,
        isReadable: Bool = true
    ) {
        self.isReadable = isReadable
        self.path = path
        self.image = image
        self.gainsPrivileges = gainsPrivileges
        self.losesAmbient = losesAmbient
        self.isBehindEnv = isBehindEnv
    }

    /// Finds `program` and inspects its file; nil if it cannot be found.
    package init?(program: ByteString) {
        guard let path = Self.find(program) else { return nil }
        var (file, image, isBehindEnv) = (path, Self.image(of: path), false)
        // The interpreter of a script may be a script; the kernel follows up to four of them.
        for _ in 0..<4 {
            guard case .script(let interpreter, let argument) = image else { break }
            if interpreter.hasSuffix("/env") {
                isBehindEnv = true
                guard let command = EnvCommand(argument: argument),
                    let found = Self.find(command.program, along: command.searchPath)
                else { break }
                file = found
            } else {
                file = interpreter
            }
            image = Self.image(of: file)
        }
        let isSetID = (try? FileStatus(of: file)).map(Self.isOfAnother) ?? false
        // Behind the magic number are the permitted and inheritable sets (`struct vfs_cap_data`, `<linux/capability.h>`).
        let attribute = try? readAttribute(.capability, of: file, followLinks: true, limit: 64)
        self.init(
            path: path,
            image: image,
            gainsPrivileges: isSetID || attribute?.dropFirst(4).prefix(16).contains { $0 != 0 } == true,
            losesAmbient: isSetID || attribute != nil,
            isBehindEnv: isBehindEnv,
            isReadable: image != .unknown || (try? checkAccess(.read, to: file)) != nil
        )
    }

    private static func find(_ program: ByteString, along path: ByteString? = nil) -> ByteString? {
        if program.bytes.contains(UInt8(ascii: "/")) { return program }
        let path = path ?? Environment.value(of: "PATH") ?? "/bin:/usr/bin"
        for directory in path.split(on: UInt8(ascii: ":")) {
            let candidate: ByteString = directory.isEmpty ? program : "\(directory)/\(program)"
            guard (try? checkAccess(.execute, to: candidate)) != nil,
                (try? FileStatus(of: candidate))?.kind == .regular
            else { continue }
            return candidate
        }
        return nil
    }

    /// Whether executing the file changes the user or the group of this process.
    private static func isOfAnother(_ status: FileStatus) -> Bool {
        let mode = status.mode.rawValue
        // Without execute permission for the group, the bit once meant locking.
        return mode & 0o4000 != 0 && status.owner != CurrentProcess.realUser
            || mode & 0o2010 == 0o2010 && status.group != CurrentProcess.realGroup
    }

    private static func image(of path: ByteString) -> ProgramImage {
        guard let file = try? FileDescriptor.open(path, [.readOnly, .nonBlocking]),
            let bytes = try? file.read(upTo: ProgramImage.prefixLength)
        else { return .unknown }
        return ProgramImage(bytes)
    }
}
