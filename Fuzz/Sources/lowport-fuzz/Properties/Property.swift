// SPDX-License-Identifier: Apache-2.0
import LowportLinux

/// What must hold whatever bytes somebody wrote: a reader that is fed with them, and what is said of its answer.
struct Property: Sendable {
    /// The name of the target, and of the directory of its corpus.
    let name: String
    /// Feeds the reader. Throws what does not hold; traps are findings too.
    let check: @Sendable ([UInt8]) throws -> Void

    /// All of them.
    static let all: [Property] = policy + programs + helper + system + capabilities + netcat + sockets
}

/// What does not hold.
struct Violation: Error, CustomStringConvertible {
    let description: String
}

/// Throws `message` if `condition` does not hold.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw Violation(description: message()) }
}

/// Choices that the bytes of a fuzzer make, a byte each; what comes behind them is the same every time.
struct Choices: RandomNumberGenerator {
    private var rest: ArraySlice<UInt8>
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Numbers that depend on all of `bytes`, none of which is a choice.
    init(mixing bytes: [UInt8]) {
        rest = []
        state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } | 1
    }

    mutating func next() -> UInt64 {
        if let byte = rest.popFirst() { return UInt64(byte) &* 0x0101_0101_0101_0101 }
        // xorshift64: never 0, so that nobody who waits for another number waits for ever.
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
