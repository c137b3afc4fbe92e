// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportPolicy

/// The order of the names in rules.d.
@Suite struct NameOrderTests {
    @Test(
        "Names are in the order of their bytes",
        arguments: [
            [], ["b"], ["b", "a"], ["b", "a", "a", ""], ["9", "10", "a.rules", "a-b.rules", "Z", "é", "a"],
        ]
    )
    func isBytewise(_ names: [String]) {
        let names = names.map { ByteString($0) }
        var ordered = names
        ordered.order()
        #expect(ordered == names.sorted())
    }

    @Test("The order is that of the standard library", arguments: 0..<40) func isThatOfTheStandardLibrary(_ count: Int)
    {
        var generator = SystemRandomNumberGenerator()
        let names = (0..<(count * count)).map { _ in
            let length = Int.random(in: 0...3, using: &generator)
            return ByteString((0..<length).map { _ in UInt8.random(in: 97...100, using: &generator) })
        }
        var ordered = names
        ordered.order()
        #expect(ordered == names.sorted())
    }
}
