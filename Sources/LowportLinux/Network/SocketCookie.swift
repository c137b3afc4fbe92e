// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// A unique number of this socket since boot (`SO_COOKIE`, socket(7)).
    package func cookie() throws(Errno) -> UInt64 { try cookie(Int32(clinux_SO_COOKIE)) }

    /// A unique number of this socket's network namespace (`SO_NETNS_COOKIE`, Linux 5.14).
    ///
    /// Throws ENOPROTOOPT on older kernels.
    package func networkCookie() throws(Errno) -> UInt64 { try cookie(Int32(clinux_SO_NETNS_COOKIE)) }

    private func cookie(_ name: Int32) throws(Errno) -> UInt64 {
        let descriptor = rawValue
        var value: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        try nothingOrErrno(.getSocketOption) { unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) }
        return value
    }
}

/// The cookie of the network namespace of this process (`SO_NETNS_COOKIE`, socket(7)).
package func networkNamespaceCookie() throws(Errno) -> UInt64 {
    try FileDescriptor.unixSocket(Int32(clinux_SOCK_SEQPACKET)).networkCookie()
}
