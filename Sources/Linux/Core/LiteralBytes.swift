// SPDX-License-Identifier: Apache-2.0

extension StaticString {
    /// The byte of the UTF-8 at `index`, and 0 behind its end: so a literal is looked at without a copy of it.
    public func byte(at index: Int) -> UInt8 {
        guard index >= 0, index < utf8CodeUnitCount else { return 0 }
        // SAFETY: a literal is never a single scalar here, so it has a start; the index is within its count.
        return unsafe utf8Start[index]
    }
}
