// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The address and port of an internet socket (ip(7), ipv6(7)).
package struct SocketAddress: Hashable, Sendable, ByteStringConvertible {
    /// The address.
    package var address: IPAddress
    /// The port.
    package var port: Port
    /// The index of the interface that a link-local IPv6 address belongs to; 0 for none.
    package var scope: UInt32
    /// The flow label of an IPv6 address, in network byte order; 0 for none.
    package var flow: UInt32

    /// Creates a socket address.
    package init(_ address: IPAddress, _ port: Port, scope: UInt32 = 0, flow: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scope = scope
        self.flow = flow
    }

    /// The usual form: `192.0.2.1:80`, `[2001:db8::1]:80`.
    package var byteString: ByteString {
        switch address {
        case .v4(let address): "\(address):\(port)"
        case .v6(let address): scope == 0 ? "[\(address)]:\(port)" : "[\(address)%\(scope)]:\(port)"
        }
    }

    /// Calls `body` with the address in kernel form.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch address {
        case .v4(let address):
            var native = sockaddr_in()
            native.sin_family = sa_family_t(AF_INET)
            native.sin_port = port.networkOrder
            native.sin_addr.s_addr = address.rawValue.bigEndian
            return unsafe lendSockaddr(&native) { unsafe body($0, 16) }
        case .v6(let address):
            var native = sockaddr_in6()
            native.sin6_family = sa_family_t(AF_INET6)
            native.sin6_port = port.networkOrder
            native.sin6_flowinfo = flow
            native.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &native.sin6_addr) { unsafe $0.copyBytes(from: address.networkBytes) }
            return unsafe lendSockaddr(&native) { unsafe body($0, 28) }
        }
    }

    /// Reads an address stored by the kernel; nil if it is of another family.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        switch Int32(storage.ss_family) {
        case AF_INET:
            let native = unsafe withUnsafeBytes(of: &storage) { unsafe $0.loadUnaligned(as: sockaddr_in.self) }
            self.init(
                .v4(IPv4Address(rawValue: UInt32(bigEndian: native.sin_addr.s_addr))),
                Port(networkOrder: native.sin_port)
            )
        case AF_INET6:
            var native = unsafe withUnsafeBytes(of: &storage) { unsafe $0.loadUnaligned(as: sockaddr_in6.self) }
            let bytes = unsafe withUnsafeBytes(of: &native.sin6_addr) { unsafe Array($0) }
            guard let address = IPv6Address(networkBytes: bytes) else { return nil }
            self.init(
                .v6(address),
                Port(networkOrder: native.sin6_port),
                scope: native.sin6_scope_id,
                flow: native.sin6_flowinfo
            )
        default: return nil
        }
    }
}

/// Calls `body` with `native`, the address structure of one family, as a generic `sockaddr`.
@inline(__always)
func lendSockaddr<Native, Result>(
    _ native: inout Native,
    _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
    unsafe withUnsafeMutablePointer(to: &native) {
        // SAFETY: each of these structures begins as `sockaddr` does; the family distinguishes them.
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
    }
}

/// A buffer for an address from the kernel.
struct ReceivedAddress {
    private(set) var storage = sockaddr_storage()
    private(set) var length: socklen_t = 0

    /// The address, if it is IPv4 or IPv6.
    var internet: SocketAddress? { SocketAddress(storage) }

    /// Calls `body` with the buffer and its size, which the kernel replaces by the address's size.
    @inline(__always)
    mutating func fill<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe lendSockaddr(&storage) { unsafe body($0, &size) }
        length = size
        return result
    }
}
