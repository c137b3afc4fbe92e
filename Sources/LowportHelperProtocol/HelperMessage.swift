// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A request to a long-running helper to bind a socket, which is sent along.
///
/// The message contains version, family, port, scope, thread and address: 28 bytes in network order.
package struct HelperRequest: Hashable, Sendable {
    /// The address to bind the socket to.
    package let address: SocketAddress
    /// The calling thread, for the log only: the requester could claim any thread.
    package let thread: Int32

    /// Creates a request.
    package init(address: SocketAddress, thread: Int32) {
        self.address = address
        self.thread = thread
    }

    /// The size of the message in bytes.
    package static var size: Int { 28 }
    private static var version: UInt8 { 1 }

    /// The message.
    package var bytes: [UInt8] {
        let port = address.port.rawValue
        var family: UInt8 = 4
        var network: [UInt8]
        switch address.address {
        case .v4(let v4): network = Self.bytes(v4.rawValue) + [UInt8](repeating: 0, count: 12)
        case .v6(let v6):
            family = 6
            network = v6.networkBytes
        }
        let head = [Self.version, family, UInt8(port >> 8), UInt8(port & 255)]
        return head + Self.bytes(address.scope) + Self.bytes(UInt32(bitPattern: thread)) + network
    }

    /// Parses a message; nil unless it is exactly one request.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size, bytes[0] == Self.version else { return nil }
        let port = Port(rawValue: UInt16(bigEndianBytes: bytes[2..<4]))
        let scope = UInt32(bigEndianBytes: bytes[4..<8])
        thread = Int32(bitPattern: UInt32(bigEndianBytes: bytes[8..<12]))
        switch bytes[1] {
        case 4 where scope == 0 && bytes[16...].allSatisfy({ $0 == 0 }):
            address = SocketAddress(.v4(IPv4Address(rawValue: UInt32(bigEndianBytes: bytes[12..<16]))), port)
        case 6:
            guard let v6 = IPv6Address(networkBytes: bytes[12...]) else { return nil }
            address = SocketAddress(.v6(v6), port, scope: scope)
        default: return nil
        }
    }

    fileprivate static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }
}

/// The helper's reply to a request.
package enum HelperReply: Hashable, Sendable {
    /// The socket is bound.
    case bound
    /// The user is not permitted to bind; `bind` must fail with this error.
    case refused(Errno)
    /// The user is permitted to bind, but the kernel's bind failed with this error.
    case failed(Errno)

    /// The error that `bind` must fail with; nil on success.
    package var error: Errno? {
        switch self {
        case .bound: nil
        case .refused(let error), .failed(let error): error
        }
    }

    /// The size of the message in bytes.
    package static var size: Int { 5 }

    /// The message: the kind of reply, and the error number in network order.
    package var bytes: [UInt8] {
        switch self {
        case .bound: [0, 0, 0, 0, 0]
        case .refused(let error): [1] + HelperRequest.bytes(UInt32(bitPattern: error.rawValue))
        case .failed(let error): [2] + HelperRequest.bytes(UInt32(bitPattern: error.rawValue))
        }
    }

    /// Parses a message; nil unless it is exactly one reply.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        let error = Errno(rawValue: Int32(bitPattern: UInt32(bigEndianBytes: bytes[1...])))
        switch bytes[0] {
        case 0 where error.rawValue == 0: self = .bound
        case 1 where error.rawValue > 0: self = .refused(error)
        case 2 where error.rawValue > 0: self = .failed(error)
        default: return nil
        }
    }
}
