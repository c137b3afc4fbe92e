// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The reason why a system call failed: a value of `errno`.
///
/// A structure, not an enumeration, so that it can represent numbers without a name here (errno(3)).
package struct Errno: Error, RawRepresentable, Hashable, Sendable {
    /// The number, as in `<asm-generic/errno.h>`.
    package let rawValue: Int32

    /// Creates the error with the number `rawValue`.
    package init(rawValue: Int32) { self.rawValue = rawValue }
}

extension Errno {
    /// `EPERM`.
    package static var notPermitted: Errno { Errno(rawValue: EPERM) }
    /// `ENOENT`.
    package static var noSuchFile: Errno { Errno(rawValue: ENOENT) }
    /// `ESRCH`.
    package static var noSuchProcess: Errno { Errno(rawValue: ESRCH) }
    /// `EINTR`.
    package static var interrupted: Errno { Errno(rawValue: EINTR) }
    /// `EIO`.
    package static var inputOutput: Errno { Errno(rawValue: EIO) }
    /// `ENXIO`.
    package static var noSuchDeviceOrAddress: Errno { Errno(rawValue: ENXIO) }
    /// `ENOEXEC`.
    package static var notExecutable: Errno { Errno(rawValue: ENOEXEC) }
    /// `EBADF`.
    package static var badFileDescriptor: Errno { Errno(rawValue: EBADF) }
    /// `ECHILD`.
    package static var noChild: Errno { Errno(rawValue: ECHILD) }
    /// `EAGAIN`.
    package static var wouldBlock: Errno { Errno(rawValue: EAGAIN) }
    /// `EACCES`.
    package static var permissionDenied: Errno { Errno(rawValue: EACCES) }
    /// `EFAULT`.
    package static var badAddress: Errno { Errno(rawValue: EFAULT) }
    /// `EBUSY`.
    package static var busy: Errno { Errno(rawValue: EBUSY) }
    /// `EEXIST`.
    package static var fileExists: Errno { Errno(rawValue: EEXIST) }
    /// `ENOTDIR`.
    package static var notDirectory: Errno { Errno(rawValue: ENOTDIR) }
    /// `EISDIR`.
    package static var isDirectory: Errno { Errno(rawValue: EISDIR) }
    /// `EINVAL`.
    package static var invalidArgument: Errno { Errno(rawValue: EINVAL) }
    /// `EFBIG`.
    package static var fileTooLarge: Errno { Errno(rawValue: EFBIG) }
    /// `ENOSPC`.
    package static var noSpace: Errno { Errno(rawValue: ENOSPC) }
    /// `EROFS`.
    package static var readOnlyFileSystem: Errno { Errno(rawValue: EROFS) }
    /// `EPIPE`.
    package static var brokenPipe: Errno { Errno(rawValue: EPIPE) }
    /// `ERANGE`.
    package static var outOfRange: Errno { Errno(rawValue: ERANGE) }
    /// `EMSGSIZE`.
    package static var messageTooLong: Errno { Errno(rawValue: EMSGSIZE) }
    /// `ENAMETOOLONG`.
    package static var nameTooLong: Errno { Errno(rawValue: ENAMETOOLONG) }
    /// `ENOSYS`.
    package static var noSystemCall: Errno { Errno(rawValue: ENOSYS) }
    /// `ELOOP`.
    package static var symbolicLinkLoop: Errno { Errno(rawValue: ELOOP) }
    /// `ENOBUFS`.
    package static var noBufferSpace: Errno { Errno(rawValue: ENOBUFS) }
    /// `ENODATA`.
    package static var noData: Errno { Errno(rawValue: ENODATA) }
    /// `EOVERFLOW`.
    package static var valueTooLarge: Errno { Errno(rawValue: EOVERFLOW) }
    /// `ENOTSOCK`.
    package static var notSocket: Errno { Errno(rawValue: ENOTSOCK) }
    /// `EOPNOTSUPP`.
    package static var notSupported: Errno { Errno(rawValue: EOPNOTSUPP) }
    /// `EAFNOSUPPORT`.
    package static var addressFamilyNotSupported: Errno { Errno(rawValue: EAFNOSUPPORT) }
    /// `EADDRINUSE`.
    package static var addressInUse: Errno { Errno(rawValue: EADDRINUSE) }
    /// `EADDRNOTAVAIL`.
    package static var addressNotAvailable: Errno { Errno(rawValue: EADDRNOTAVAIL) }
    /// `ENETUNREACH`.
    package static var networkUnreachable: Errno { Errno(rawValue: ENETUNREACH) }
    /// `ECONNRESET`.
    package static var connectionReset: Errno { Errno(rawValue: ECONNRESET) }
    /// `ECONNABORTED`.
    package static var connectionAborted: Errno { Errno(rawValue: ECONNABORTED) }
    /// `ENOTCONN`.
    package static var notConnected: Errno { Errno(rawValue: ENOTCONN) }
    /// `ETIMEDOUT`.
    package static var timedOut: Errno { Errno(rawValue: ETIMEDOUT) }
    /// `ECONNREFUSED`.
    package static var connectionRefused: Errno { Errno(rawValue: ECONNREFUSED) }
    /// `ESTALE`: the file is no longer the one that was meant.
    package static var staleFile: Errno { Errno(rawValue: ESTALE) }
    /// `EINPROGRESS`.
    package static var inProgress: Errno { Errno(rawValue: EINPROGRESS) }
}

extension Errno {
    /// The C library's text for the error in the C locale, as strerror(3) gives it: "Permission denied".
    package var message: ByteString {
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
