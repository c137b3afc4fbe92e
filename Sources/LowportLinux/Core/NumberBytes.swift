// SPDX-License-Identifier: Apache-2.0

extension FixedWidthInteger where Self: UnsignedInteger {
    /// Creates the number whose bytes are `bytes`, the most significant first; of too many bytes the last are used.
    @inlinable package init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self = 0
        for byte in bytes { self = self << 8 | Self(truncatingIfNeeded: byte) }
    }

    /// Creates the number whose bytes are `bytes`, the least significant first; of too many bytes the first are used.
    @inlinable package init(littleEndianBytes bytes: some BidirectionalCollection<UInt8>) {
        self.init(bigEndianBytes: bytes.reversed())
    }
}
