// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What a helper that keeps running is told besides binds, in one byte.
public enum HelperOrder: UInt8, Hashable, Sendable {
    /// To answer the binds itself that the listener hears of which travels with it, and to give its record in return.
    case listen = 2
    /// To go on with that, since the call that it passed on has been answered.
    case resume = 3

    /// The message.
    public var bytes: [UInt8] { [rawValue] }

    /// Reads a message; nil if it is not exactly one.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 1, let order = HelperOrder(rawValue: bytes[0]) else { return nil }
        self = order
    }
}

/// A call that the helper leaves to the one who started it: whatever it does not bind or has the kernel carry out.
///
/// The error, thread, architecture, number, identifier and six arguments, 72 bytes in network order.
public struct ForwardedCall: Sendable {
    /// What the program is to be told if it may not do it by itself; nil if the helper did not judge it.
    public let refusal: Errno?
    /// The call.
    public let notification: Notification

    /// Creates a message about a call.
    public init(_ notification: Notification, refusal: Errno?) {
        self.notification = notification
        self.refusal = refusal
    }

    /// The size of the message.
    public static var size: Int { 72 }

    /// The message.
    public var bytes: [UInt8] {
        let (number, thread) = (UInt32(bitPattern: notification.number), UInt32(bitPattern: notification.thread))
        let error = UInt32(bitPattern: refusal?.rawValue ?? 0)
        var bytes: [UInt8] = []
        for word in [error, thread, notification.architecture, number] { Self.append(UInt64(word), 4, to: &bytes) }
        for word in [notification.identifier] + notification.arguments.prefix(6) { Self.append(word, 8, to: &bytes) }
        return bytes
    }

    /// Reads a message; nil if it is not exactly one.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        let words = stride(from: 0, to: 16, by: 4).map { UInt32(Self.number(bytes[$0..<($0 + 4)])) }
        let long = stride(from: 16, to: 72, by: 8).map { Self.number(bytes[$0..<($0 + 8)]) }
        // No error has a number below 0.
        guard Int32(bitPattern: words[0]) >= 0 else { return nil }
        refusal = words[0] == 0 ? nil : Errno(rawValue: Int32(bitPattern: words[0]))
        notification = Notification(
            identifier: long[0],
            thread: Int32(bitPattern: words[1]),
            architecture: words[2],
            number: Int32(bitPattern: words[3]),
            arguments: Array(long[1...])
        )
    }

    private static func append(_ number: UInt64, _ count: UInt64, to bytes: inout [UInt8]) {
        for index in 1...count { bytes.append(UInt8(truncatingIfNeeded: number >> ((count - index) * 8))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
