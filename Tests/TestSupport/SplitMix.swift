// SPDX-License-Identifier: Apache-2.0

/// Numbers that look random and are the same in every run (SplitMix64).
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    /// Creates the numbers that belong to `seed`.
    package init(seed: UInt64) { state = seed }

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number with few bits, with many, or with about half of them.
    package mutating func nextSparse() -> UInt64 {
        switch next() % 4 {
        case 0: next() & next() & next() & next()
        case 1: ~(next() & next() & next())
        case 2: 0
        default: next()
        }
    }
}
