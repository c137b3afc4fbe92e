// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

extension SetcapFailure {
    /// Which of the causes that a message may have it was, and what to do about it; nil if the message says all.
    /// - Parameter follows: whether symbolic links were followed.
    func hint(follows: Bool) -> ByteString? {
        switch self {
        case .text(let error): error.byteString
        case .privilege:
            "run setcap as root, or with a command such as sudo; in a container, the bounding set may lack cap_setfcap"
        case .file(let file, let error, let wanted): Self.hint(file, error, wanted, follows)
        case .usage, .standardInput, .rootUserMissing, .rootUserInvalid, .different, .saved: nil
        }
    }

    private static func hint(
        _ file: ByteString,
        _ error: Errno,
        _ wanted: CapabilityState?,
        _ follows: Bool
    ) -> ByteString? {
        if error == .invalidArgument { return hintForInvalid(file, wanted, follows) }
        if error == .notSupported { return "the file system of '\(file)' has no extended attributes" }
        if error == .readOnlyFileSystem { return "the file system of '\(file)' is mounted read-only" }
        if error == .notPermitted {
            return "the file is immutable (lsattr shows it), or its owner has no number in this user namespace"
        }
        if error == .permissionDenied { return "a directory on the way to '\(file)' may not be searched" }
        return nil
    }

    /// The causes of "Invalid file", one by one.
    private static func hintForInvalid(
        _ file: ByteString,
        _ wanted: CapabilityState?,
        _ follows: Bool
    ) -> ByteString? {
        guard let status = try? FileStatus(of: file, followLinks: follows) else { return nil }
        switch status.kind {
        case .regular: break
        case .symbolicLink: return "'\(file)' is a symbolic link; name the file that it leads to, or use --follow"
        case .directory: return "'\(file)' is a directory; only files have capabilities"
        default: return "'\(file)' is neither a file nor a directory; only files have capabilities"
        }
        if let wanted, !wanted.isFitForFile {
            let all = wanted.permitted.union(wanted.inheritable)
            return "\(all.subtracting(wanted.effective).list) must be effective too, or nothing may be"
        }
        return "the kernel refused the attribute; the user behind -n may have no number in this user namespace"
    }
}
