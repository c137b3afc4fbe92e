// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The reason why a system call failed: a value of `errno`.
///
/// A structure, not an enumeration, so that it can represent numbers without a name here (errno(3)).
public struct Errno: Error, RawRepresentable, Hashable, Sendable {
    /// The number, as in `<asm-generic/errno.h>`.
    public let rawValue: Int32

    /// Creates the error with the number `rawValue`.
    public init(rawValue: Int32) { self.rawValue = rawValue }
}

extension Errno {
    /// `EPERM`.
    public static var notPermitted: Errno { Errno(rawValue: EPERM) }
    /// `ENOENT`.
    public static var noSuchFile: Errno { Errno(rawValue: ENOENT) }
    /// `ESRCH`.
    public static var noSuchProcess: Errno { Errno(rawValue: ESRCH) }
    /// `EINTR`.
    public static var interrupted: Errno { Errno(rawValue: EINTR) }
    /// `EIO`.
    public static var inputOutput: Errno { Errno(rawValue: EIO) }
    /// `ENXIO`.
    public static var noSuchDeviceOrAddress: Errno { Errno(rawValue: ENXIO) }
    /// `ENOEXEC`.
    public static var notExecutable: Errno { Errno(rawValue: ENOEXEC) }
    /// `EBADF`.
    public static var badFileDescriptor: Errno { Errno(rawValue: EBADF) }
    /// `ECHILD`.
    public static var noChild: Errno { Errno(rawValue: ECHILD) }
    /// `EAGAIN`.
    public static var wouldBlock: Errno { Errno(rawValue: EAGAIN) }
    /// `EACCES`.
    public static var permissionDenied: Errno { Errno(rawValue: EACCES) }
    /// `EFAULT`.
    public static var badAddress: Errno { Errno(rawValue: EFAULT) }
    /// `EBUSY`.
    public static var busy: Errno { Errno(rawValue: EBUSY) }
    /// `EEXIST`.
    public static var fileExists: Errno { Errno(rawValue: EEXIST) }
    /// `ENOTDIR`.
    public static var notDirectory: Errno { Errno(rawValue: ENOTDIR) }
    /// `EISDIR`.
    public static var isDirectory: Errno { Errno(rawValue: EISDIR) }
    /// `EINVAL`.
    public static var invalidArgument: Errno { Errno(rawValue: EINVAL) }
    /// `EFBIG`.
    public static var fileTooLarge: Errno { Errno(rawValue: EFBIG) }
    /// `ENOSPC`.
    public static var noSpace: Errno { Errno(rawValue: ENOSPC) }
    /// `EROFS`.
    public static var readOnlyFileSystem: Errno { Errno(rawValue: EROFS) }
    /// `EPIPE`.
    public static var brokenPipe: Errno { Errno(rawValue: EPIPE) }
    /// `ERANGE`.
    public static var outOfRange: Errno { Errno(rawValue: ERANGE) }
    /// `EMSGSIZE`.
    public static var messageTooLong: Errno { Errno(rawValue: EMSGSIZE) }
    /// `ENAMETOOLONG`.
    public static var nameTooLong: Errno { Errno(rawValue: ENAMETOOLONG) }
    /// `ENOSYS`.
    public static var noSystemCall: Errno { Errno(rawValue: ENOSYS) }
    /// `ELOOP`.
    public static var symbolicLinkLoop: Errno { Errno(rawValue: ELOOP) }
    /// `ENOBUFS`.
    public static var noBufferSpace: Errno { Errno(rawValue: ENOBUFS) }
    /// `ENODATA`.
    public static var noData: Errno { Errno(rawValue: ENODATA) }
    /// `EOVERFLOW`.
    public static var valueTooLarge: Errno { Errno(rawValue: EOVERFLOW) }
    /// `ENOTSOCK`.
    public static var notSocket: Errno { Errno(rawValue: ENOTSOCK) }
    /// `EOPNOTSUPP`.
    public static var notSupported: Errno { Errno(rawValue: EOPNOTSUPP) }
    /// `EAFNOSUPPORT`.
    public static var addressFamilyNotSupported: Errno { Errno(rawValue: EAFNOSUPPORT) }
    /// `EADDRINUSE`.
    public static var addressInUse: Errno { Errno(rawValue: EADDRINUSE) }
    /// `EADDRNOTAVAIL`.
    public static var addressNotAvailable: Errno { Errno(rawValue: EADDRNOTAVAIL) }
    /// `ENETUNREACH`.
    public static var networkUnreachable: Errno { Errno(rawValue: ENETUNREACH) }
    /// `ECONNRESET`.
    public static var connectionReset: Errno { Errno(rawValue: ECONNRESET) }
    /// `ECONNABORTED`.
    public static var connectionAborted: Errno { Errno(rawValue: ECONNABORTED) }
    /// `ENOTCONN`.
    public static var notConnected: Errno { Errno(rawValue: ENOTCONN) }
    /// `ETIMEDOUT`.
    public static var timedOut: Errno { Errno(rawValue: ETIMEDOUT) }
    /// `ECONNREFUSED`.
    public static var connectionRefused: Errno { Errno(rawValue: ECONNREFUSED) }
    /// Whether there is no such file: `ENOENT` or `ENOTDIR`.
    package var isAbsence: Bool { self == .noSuchFile || self == .notDirectory }
    /// `ESTALE`: the file is no longer the one that was meant.
    public static var staleFile: Errno { Errno(rawValue: ESTALE) }
    /// `EINPROGRESS`.
    public static var inProgress: Errno { Errno(rawValue: EINPROGRESS) }
}

extension Errno {
    /// The C library's text for the error in the C locale, as strerror(3) gives it: "Permission denied".
    public var message: ByteString {
        var buffer = [CChar](repeating: 0, count: 128)
        // The XSI variant: fills `buffer` and returns 0. An unknown number still gives a text.
        unsafe buffer.withUnsafeMutableBufferPointer { unsafe _ = clinux_strerror(rawValue, $0.baseAddress, $0.count) }
        return ByteString(terminated: buffer)
    }

    /// `message` for use inside a sentence: "permission denied".
    package var sentence: ByteString {
        var bytes = message.bytes
        // "I/O error" and the like keep their capitals.
        if bytes.count > 1, bytes[0] >= 0x41, bytes[0] <= 0x5A, bytes[1] >= 0x61 { bytes[0] |= 0x20 }
        return ByteString(bytes)
    }
}
