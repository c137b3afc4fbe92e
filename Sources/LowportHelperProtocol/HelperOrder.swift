// SPDX-License-Identifier: Apache-2.0

/// A one-byte order to a long-running helper, besides requests for binds.
package enum HelperOrder: UInt8, Hashable, Sendable {
    /// Answer the binds from the listener that is sent along, and send back the notification record.
    case listen = 2
    /// Resume answering: the call that the helper forwarded has been answered.
    case resume = 3

    /// The message.
    package var bytes: [UInt8] { [rawValue] }

    /// Parses a message; nil unless it is exactly one order.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 1, let order = HelperOrder(rawValue: bytes[0]) else { return nil }
        self = order
    }
}
