// SPDX-License-Identifier: Apache-2.0

/// Something that is done to bytes on their way. A class, since the embedded ring has no existentials of other kinds.
class ByteFilter {
    /// Changes `bytes`, or looks at them.
    func apply(_ bytes: inout [UInt8]) {}
}

/// Sends every line feed as carriage return and line feed (`-C`), unless a carriage return is there already.
final class CarriageReturnFilter: ByteFilter {
    private var last: UInt8 = 0

    override func apply(_ bytes: inout [UInt8]) {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        for byte in bytes {
            if byte == 0x0A && last != 0x0D { result.append(0x0D) }
            result.append(byte)
            last = byte
        }
        bytes = result
    }
}
