// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A call that the helper leaves to its supervisor: any call that it neither binds nor passes to the kernel.
///
/// The message contains error, thread, architecture, number, identifier and six arguments: 72 bytes in network order.
package struct ForwardedCall: Sendable {
    /// The error for the program if it may not bind by itself; nil if the helper did not judge the call.
    package let refusal: Errno?
    /// The forwarded call.
    package let notification: Notification

    /// Creates a message about a call.
    package init(_ notification: Notification, refusal: Errno?) {
        self.notification = notification
        self.refusal = refusal
    }

    /// The size of the message in bytes.
    package static var size: Int { 72 }

    /// The message.
    package var bytes: [UInt8] {
        let (number, thread) = (UInt32(bitPattern: notification.number), UInt32(bitPattern: notification.thread))
        let error = UInt32(bitPattern: refusal?.rawValue ?? 0)
        var bytes: [UInt8] = []
        for word in [error, thread, notification.architecture, number] { Self.append(UInt64(word), 4, to: &bytes) }
        for word in [notification.identifier] + notification.arguments.prefix(6) { Self.append(word, 8, to: &bytes) }
        return bytes
    }

    /// Parses a message; nil unless it is exactly one forwarded call.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        let words = stride(from: 0, to: 16, by: 4).map { UInt32(bigEndianBytes: bytes[$0..<($0 + 4)]) }
        let long = stride(from: 16, to: 72, by: 8).map { UInt64(bigEndianBytes: bytes[$0..<($0 + 8)]) }
        // Error numbers are never negative.
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
}
