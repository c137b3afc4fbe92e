// SPDX-License-Identifier: Apache-2.0

/// The message of a hash function that takes it in blocks of 64 bytes (FIPS 180-4, RFC 1321).
package struct BlockMessage: Sendable {
    private var pending: [UInt8] = []
    private var count: UInt64 = 0

    /// Creates an empty message.
    package init() {}

    /// Adds `bytes`, and calls `take` with each block that is whole.
    package mutating func add(_ bytes: [UInt8], _ take: (ArraySlice<UInt8>) -> Void) {
        count += UInt64(bytes.count)
        pending += bytes
        let whole = pending.count & ~63
        var start = 0
        while start < whole {
            take(pending[start..<start + 64])
            start += 64
        }
        pending.removeFirst(whole)
    }

    /// What ends the message, so that its last block is whole: a one bit, zeros, and the length in bits as 64 bits.
    /// - Parameter isBigEndian: the order of the bytes of the length.
    package func padding(isBigEndian: Bool) -> [UInt8] {
        let bits = count * 8
        var padding: [UInt8] = [0x80]
        while (pending.count + padding.count) % 64 != 56 { padding.append(0) }
        for index in 0..<8 as Range<UInt64> {
            let shift = 8 * (isBigEndian ? 7 - index : index)
            padding.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        return padding
    }
}
