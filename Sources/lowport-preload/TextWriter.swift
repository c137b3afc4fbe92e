// SPDX-License-Identifier: Apache-2.0

/// Writes C strings one after the other into memory provided by the caller.
@safe struct TextWriter {
    private let memory: UnsafeMutableBufferPointer<CChar>
    private var count = 0

    /// Creates a writer into `memory`. Text that does not fit is dropped.
    init(_ memory: UnsafeMutableBufferPointer<CChar>) { unsafe self.memory = memory }

    /// Ends the previous string, if there is one, and returns the start of the next string.
    mutating func start() -> UnsafeMutablePointer<CChar> {
        if count > 0 { finish() }
        // SAFETY: the callers' memory is not empty, so it has a base address.
        return unsafe memory.baseAddress.unsafelyUnwrapped + count
    }

    mutating func finish() { write(0) }

    mutating func write(_ byte: UInt8) {
        guard unsafe count < memory.count else { return }
        unsafe memory[count] = CChar(truncatingIfNeeded: byte)
        count += 1
    }

    /// Writes `text`.
    mutating func write(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { unsafe write(text.utf8Start[index]) }
    }

    /// The number of bytes written.
    var length: Int { count }

    /// Writes the lowest `digits` hexadecimal digits of `value`.
    mutating func write(hexadecimal value: UInt32, digits: Int) {
        for position in stride(from: digits - 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt32(position * 4) & 15)
            write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// Writes `value` in decimal.
    mutating func write(decimal value: UInt32) {
        if value >= 10 { write(decimal: value / 10) }
        write(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
