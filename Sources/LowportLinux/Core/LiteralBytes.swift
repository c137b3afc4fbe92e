// SPDX-License-Identifier: Apache-2.0

extension StaticString {
    /// The UTF-8 byte at `index`, and 0 after the end: reads a literal without copying it.
    package func byte(at index: Int) -> UInt8 {
        guard index >= 0, index < utf8CodeUnitCount else { return 0 }
        // SAFETY: a literal is never a single scalar here, so it has a start; the index is within its count.
        return unsafe utf8Start[index]
    }
}
