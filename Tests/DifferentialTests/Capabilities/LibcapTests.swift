// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux
import Testing

/// The reading and printing of texts beside libcap itself, on texts that nobody thought of.
@Suite(.enabled(if: Libcap() != nil, "needs libcap.so.2")) struct LibcapTests {
    /// Eight times 25,000 texts.
    @Test(arguments: 0..<8) func texts(seed: Int) throws {
        let libcap = try #require(Libcap())
        let kernel = KernelCapabilities.running
        var generator = TextGenerator(seed: UInt64(seed))
        var (accepted, extended) = (0, 0)
        for _ in 0..<25_000 {
            let text = generator.nextText()
            let ours = try? CapabilityState(text: text, kernel: kernel)
            var original = libcap.read(text.bytes)
            if original == nil, ours != nil {
                // The one extension: a list without an operator means `list=`.
                let rewritten = try #require(text.withListsAsAssignments, "only we accept \(text.description)")
                original = libcap.read(rewritten.bytes)
                extended += 1
            }
            if original != nil { accepted += 1 }
            // Not `#expect`, which would take most of the time.
            if ours?.text(kernel: kernel).bytes != original?.text || ours?.externalForm != original?.form {
                Issue.record("we read \(text.description) as \(ours?.text(kernel: kernel).description ?? "nothing")")
            }
        }
        #expect(accepted > 5000 && extended > 100, "the texts have become too easy to refuse")
    }

    /// 100,000 states, printed by us, read and printed by libcap.
    @Test(arguments: 0..<4) func states(seed: Int) throws {
        let libcap = try #require(Libcap())
        let kernel = KernelCapabilities.running
        var generator = TextGenerator(seed: UInt64(100 + seed))
        for _ in 0..<25_000 {
            let state = generator.nextState()
            let text = state.text(kernel: kernel)
            let original = libcap.read(text.bytes)
            if original?.text != text.bytes || original?.form != state.externalForm {
                Issue.record("we print \(text.description), which libcap reads otherwise")
            }
        }
    }

    @Test func vectors() throws {
        let libcap = try #require(Libcap())
        let kernel = KernelCapabilities.running
        var generator = TextGenerator(seed: 200)
        var accepted = 0
        for _ in 0..<50_000 {
            let text = generator.nextVectors()
            let original = libcap.readVectors(text.bytes)
            if original != nil { accepted += 1 }
            let ours = (try? InheritedCapabilities(text: text))?.text(kernel: kernel)
            if ours?.bytes != original {
                Issue.record("we read \(text.description) as \(ours?.description ?? "nothing")")
            }
        }
        #expect(accepted > 5000)
    }
}

extension ByteString {
    /// The text with `=` behind every clause that is only a list; nil if there is none, or if a clause behind one begins
    /// with an operator.
    fileprivate var withListsAsAssignments: ByteString? {
        var found = false
        var result = ByteString()
        var wasList = false
        for clause in ByteString(bytes.prefix { $0 != 0 }).bytes.split(whereSeparator: {
            $0 == 0x20 || (9...13).contains($0)
        }) {
            let isList = !clause.contains { "=+-".utf8.contains($0) }
            if let first = clause.first, wasList && "=+-".utf8.contains(first) { return nil }
            result += ByteString(Array(clause)) + (isList ? "= " : " ")
            found = found || isList
            wasList = isList
        }
        return found ? result : nil
    }
}
