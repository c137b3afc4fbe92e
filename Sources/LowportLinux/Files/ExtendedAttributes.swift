// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The name of an extended attribute, with its name space: `security.capability` (xattr(7)).
package struct AttributeName: Hashable, Sendable {
    private let terminated: [UInt8]

    /// Creates the name `text`.
    package init(_ text: ByteString) { terminated = text.bytes + [0] }

    /// The name as the kernel has it.
    package var text: ByteString { ByteString(terminated.dropLast()) }

    /// Calls `body` with the name as a C string, without making a copy: walks of file trees do this for every file.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe terminated.withUnsafeBytes { buffer in
            // SAFETY: the buffer is not empty, so it has a base address; a CChar is a byte.
            unsafe body(buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self))
        }
    }

    /// The attribute that holds a file's capabilities (capabilities(7), "File capabilities").
    package static var capability: AttributeName { AttributeName("security.capability") }

    /// An access control list, which permission bits do not show (acl(5)).
    package static var accessList: AttributeName { AttributeName("system.posix_acl_access") }
}

/// Reads the extended attribute `name` of the file at `path`.
///
/// The corresponding system calls are getxattr(2) and lgetxattr(2).
/// - Parameters:
///   - name: which attribute.
///   - path: where the file is.
///   - followLinks: whether a symbolic link in the last component is followed.
///   - limit: the most bytes that a value may have; a longer one throws ERANGE.
package func readAttribute(
    _ name: AttributeName,
    of path: ByteString,
    followLinks: Bool,
    limit: Int
) throws(Errno) -> [UInt8] {
    var value = [UInt8](repeating: 0, count: limit)
    let count = try valueOrErrno(.getAttribute) {
        unsafe path.withCString { path in
            unsafe name.withCString { name in
                unsafe value.withUnsafeMutableBytes {
                    followLinks
                        ? unsafe getxattr(path, name, $0.baseAddress, $0.count)
                        : unsafe lgetxattr(path, name, $0.baseAddress, $0.count)
                }
            }
        }
    }
    value.removeSubrange(count...)
    return value
}

/// The names of the extended attributes of the file at `path`, whether or not their values can be read.
///
/// The corresponding system calls are listxattr(2) and llistxattr(2).
package func attributeNames(of path: ByteString, followLinks: Bool) throws(Errno) -> [AttributeName] {
    // The kernel's own limit for a list of names (XATTR_LIST_MAX).
    var list = [UInt8](repeating: 0, count: 65536)
    let count = try valueOrErrno(.listAttributes) {
        unsafe path.withCString { path in
            unsafe list.withUnsafeMutableBytes { list in
                // SAFETY: a CChar is a byte.
                let names = unsafe list.baseAddress?.assumingMemoryBound(to: CChar.self)
                return followLinks
                    ? unsafe listxattr(path, names, list.count) : unsafe llistxattr(path, names, list.count)
            }
        }
    }
    return ByteString(list[..<count]).split(on: 0).filter { !$0.isEmpty }.map { AttributeName($0) }
}

/// Sets the extended attribute `name` of the file at `path`. Follows a symbolic link.
///
/// The corresponding system call is setxattr(2).
package func setAttribute(_ name: AttributeName, of path: ByteString, to value: [UInt8]) throws(Errno) {
    try nothingOrErrno(.setAttribute) {
        unsafe path.withCString { path in
            unsafe name.withCString { name in
                unsafe value.withUnsafeBytes { unsafe setxattr(path, name, $0.baseAddress, $0.count, 0) }
            }
        }
    }
}

/// Removes the extended attribute `name` of the file at `path`. Follows a symbolic link.
///
/// The corresponding system call is removexattr(2). Throws ENODATA if the file does not have it.
package func removeAttribute(_ name: AttributeName, of path: ByteString) throws(Errno) {
    try nothingOrErrno(.removeAttribute) {
        unsafe path.withCString { path in
            unsafe name.withCString { unsafe removexattr(path, $0) }
        }
    }
}

extension Descriptor where Self: ~Copyable {
    /// A path to the very file that this descriptor has open, whatever happens to the file's name (proc(5)).
    ///
    /// Gives access to extended attributes of a `pathOnly` descriptor, which fsetxattr(2) refuses.
    package var magicPath: ByteString { "/proc/self/fd/\(rawValue)" }

    /// Reads the extended attribute `name` of the open file, which must not be open as `pathOnly`.
    ///
    /// The corresponding system call is fgetxattr(2).
    package func readAttribute(_ name: AttributeName, limit: Int) throws(Errno) -> [UInt8] {
        let descriptor = rawValue
        var value = [UInt8](repeating: 0, count: limit)
        let count = try valueOrErrno(.getAttribute) {
            unsafe name.withCString { name in
                unsafe value.withUnsafeMutableBytes { unsafe fgetxattr(descriptor, name, $0.baseAddress, $0.count) }
            }
        }
        value.removeSubrange(count...)
        return value
    }

    /// Sets the extended attribute `name` of the open file, which must not be open as `pathOnly`.
    ///
    /// The corresponding system call is fsetxattr(2).
    package func setAttribute(_ name: AttributeName, to value: [UInt8]) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.setAttribute) {
            unsafe name.withCString { name in
                unsafe value.withUnsafeBytes { unsafe fsetxattr(descriptor, name, $0.baseAddress, $0.count, 0) }
            }
        }
    }

    /// Removes the extended attribute `name` of the open file, which must not be open as `pathOnly`.
    ///
    /// The corresponding system call is fremovexattr(2).
    package func removeAttribute(_ name: AttributeName) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.removeAttribute) {
            unsafe name.withCString { unsafe fremovexattr(descriptor, $0) }
        }
    }
}
