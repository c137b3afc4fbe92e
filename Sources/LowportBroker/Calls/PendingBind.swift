// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A bind that a program is currently making, with its address: the address is read once and never again.
package struct PendingBind: Sendable {
    /// The descriptor of the socket in the program.
    package let descriptor: Int32
    /// The address to bind to.
    package let address: SocketAddress

    /// Whether the port is privileged; `firstOpen` is the first unprivileged port.
    package func needsPermission(firstOpen: UInt32) -> Bool {
        address.port.rawValue > 0 && UInt32(address.port.rawValue) < firstOpen
    }

    /// Reads the arguments of `notification`, and the address in the program's memory.
    ///
    /// Returns nil for anything other than a bind to an internet address; such calls are left to the kernel. Throws if
    /// the memory cannot be read, because it is not mapped or because the program may not be inspected.
    package static func read(_ notification: Notification, call: BindFilter.Call) throws(Errno) -> PendingBind? {
        var arguments = notification.arguments
        if call == .socketCall {
            // socketcall(2): three 32-bit words in memory.
            let words = try ProcessAccess.memory(of: notification.thread, at: arguments[1], count: 12)
            arguments = [0, 4, 8].map { UInt64(littleEndianBytes: words[$0..<$0 + 4]) }
        }
        // The kernel treats both as ints and reads only their lower halves.
        let descriptor = Int32(truncatingIfNeeded: arguments[0])
        let length = Int32(truncatingIfNeeded: arguments[2])
        guard (16...128).contains(length) else { return nil }
        let count = min(Int(length), 28)
        let bytes = try ProcessAccess.memory(of: notification.thread, at: arguments[1], count: count)
        return socketAddress(bytes).map { PendingBind(descriptor: descriptor, address: $0) }
    }

    /// Parses `sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)); nil for other families and for lengths too short for
    /// the kernel.
    static func socketAddress(_ bytes: [UInt8]) -> SocketAddress? {
        guard bytes.count >= 16 else { return nil }
        let port = Port(rawValue: UInt16(bigEndianBytes: bytes[2..<4]))
        switch UInt16(littleEndianBytes: bytes[..<2]) {
        case 2:
            return SocketAddress(.v4(IPv4Address(rawValue: UInt32(bigEndianBytes: bytes[4..<8]))), port)
        case 10:
            guard bytes.count >= 24, let address = IPv6Address(networkBytes: bytes[8..<24]) else { return nil }
            let scope = bytes.count < 28 ? 0 : UInt32(littleEndianBytes: bytes[24..<28])
            return SocketAddress(.v6(address), port, scope: scope)
        default: return nil
        }
    }
}
