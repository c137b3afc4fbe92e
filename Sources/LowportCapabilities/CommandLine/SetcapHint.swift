// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension SetcapError {
    /// Which of the possible causes of a message applies, and what to do about it; nil if the message says everything.
    func hint(for commandLine: SetcapCommandLine) -> ByteString? {
        switch self {
        case .text(let error): error.byteString
        case .privilege:
            "run setcap as root, or with a command such as sudo; in a container, the bounding set may lack cap_setfcap"
        case .file(let file, let error, let wanted): Self.hint(file, error, wanted, commandLine)
        case .usage, .standardInput, .rootUserMissing, .rootUserInvalid, .different, .saved: nil
        }
    }

    private static func hint(
        _ file: ByteString,
        _ error: Errno,
        _ wanted: CapabilityState?,
        _ commandLine: SetcapCommandLine
    ) -> ByteString? {
        if error == .invalidArgument {
            return hintForKind(of: file, commandLine.followsLinks)
                ?? wanted.flatMap { hintForEffective($0) } ?? hintForRootUser(commandLine.rootUser)
        }
        if error == .notSupported { return "the file system of '\(file)' has no extended attributes" }
        if error == .readOnlyFileSystem { return "the file system of '\(file)' is mounted read-only" }
        if error == .notPermitted {
            return "the file is immutable (lsattr shows it), or its owner has no number in this user namespace"
        }
        if error == .permissionDenied { return "a directory on the way to '\(file)' may not be searched" }
        return nil
    }

    /// The hint that the file is not a regular file.
    private static func hintForKind(of file: ByteString, _ followsLinks: Bool) -> ByteString? {
        guard let status = try? FileStatus(of: file, followLinks: followsLinks) else {
            return "'\(file)' is no longer there"
        }
        switch status.kind {
        case .regular: return nil
        case .symbolicLink where (try? FileStatus(of: file)) == nil:
            return "'\(file)' is a symbolic link that leads to no file"
        case .symbolicLink: return "'\(file)' is a symbolic link; name the file that it leads to, or use --follow"
        case .directory: return "'\(file)' is a directory; only files have capabilities"
        case .fifo: return "'\(file)' is a FIFO; only regular files have capabilities"
        case .socket: return "'\(file)' is a socket; only regular files have capabilities"
        case .characterDevice, .blockDevice: return "'\(file)' is a device; only regular files have capabilities"
        case .unknown: return "'\(file)' is not a regular file"
        }
    }

    /// The hint that a file has a single effective flag for all of its capabilities.
    private static func hintForEffective(_ wanted: CapabilityState) -> ByteString? {
        if wanted.isFitForFile { return nil }
        let missing = wanted.permitted.union(wanted.inheritable).subtracting(wanted.effective)
        return "\(missing.list) must be effective too, or nothing may be"
    }

    /// The hint that the kernel does not know the root user, the only remaining cause.
    private static func hintForRootUser(_ user: UserID) -> ByteString {
        if user.rawValue == .max { return "-n names 4294967295, which is no user" }
        if Namespaces.knows(user) { return "the user namespace of the file system has no number for user \(user)" }
        return "user \(user) has no number in this user namespace; /proc/self/uid_map shows which have one"
    }
}
