// SPDX-License-Identifier: Apache-2.0
public import Linux

/// A bind that a program is in the middle of, with the address as it was when it was read: read once, and never again.
public struct PendingBind: Sendable {
    /// The descriptor in the program.
    public let descriptor: Int32
    /// Where it is to be bound.
    public let address: SocketAddress

    /// Whether the port is one that not everybody may bind, `firstOpen` being the first that everybody may.
    public func needsPermission(firstOpen: UInt32) -> Bool {
        address.port.rawValue > 0 && UInt32(address.port.rawValue) < firstOpen
    }

    /// Reads the arguments of `notification`, and what they point to in the program's memory.
    ///
    /// Gives nil for what is not a bind to an internet address: that is left to the kernel. Throws if the memory cannot be
    /// read, be it because it is not there or because the program does not let itself be looked into.
    public static func read(_ notification: Notification, call: BindFilter.Call) throws(Errno) -> PendingBind? {
        var arguments = notification.arguments
        if call == .socketCall {
            // socketcall(2): three 32-bit words in memory.
            let words = try ProcessAccess.memory(of: notification.thread, at: arguments[1], count: 12)
            arguments = (0..<3).map { word in
                (0..<4).reduce(0) { $0 | UInt64(words[word * 4 + $1]) << UInt64($1 * 8) }
            }
        }
        // Both are ints for the kernel, which looks at the lower half alone.
        let descriptor = Int32(truncatingIfNeeded: arguments[0])
        let length = Int32(truncatingIfNeeded: arguments[2])
        guard (16...128).contains(length) else { return nil }
        let count = min(Int(length), 28)
        let bytes = try ProcessAccess.memory(of: notification.thread, at: arguments[1], count: count)
        return socketAddress(bytes).map { PendingBind(descriptor: descriptor, address: $0) }
    }

    /// Reads `sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)); nil if it is neither or too short for the kernel.
    static func socketAddress(_ bytes: [UInt8]) -> SocketAddress? {
        guard bytes.count >= 16 else { return nil }
        let port = Port(rawValue: UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        switch UInt16(bytes[0]) | UInt16(bytes[1]) << 8 {
        case 2:
            let number = bytes[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
            return SocketAddress(.v4(IPv4Address(rawValue: number)), port)
        case 10:
            guard bytes.count >= 24, let address = IPv6Address(networkBytes: bytes[8..<24]) else { return nil }
            let scope = bytes.count < 28 ? 0 : (0..<4).reduce(0) { $0 | UInt32(bytes[24 + $1]) << UInt32($1 * 8) }
            return SocketAddress(.v6(address), port, scope: scope)
        default: return nil
        }
    }
}
