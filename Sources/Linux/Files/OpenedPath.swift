// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// The path of the open file, with all links followed.
    ///
    /// The corresponding system call is readlink(2), on `/proc/self/fd`.
    public func path() throws(Errno) -> ByteString { try readLink("/proc/self/fd/\(rawValue)") }
}

/// What the symbolic link at `path` holds.
///
/// The corresponding system call is readlink(2).
public func readLink(_ path: ByteString) throws(Errno) -> ByteString {
    var target = [CChar](repeating: 0, count: 4096)
    let length = try valueOrErrno(.readLink) {
        unsafe path.withCString { unsafe readlink($0, &target, 4096) }
    }
    return ByteString(target.prefix(length).map { UInt8(bitPattern: $0) })
}
