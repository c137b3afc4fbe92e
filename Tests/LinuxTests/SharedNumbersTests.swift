// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// Numbers that processes share; `ForwardWorkerTests` has the processes.
@Suite struct SharedNumbersTests {
    @Test("Sums and replacements")
    func changes() throws {
        let numbers = try SharedNumbers(count: 3)
        #expect((numbers[0], numbers[1], numbers[2]) == (0, 0, 0))
        #expect(numbers.add(5, to: 1) == 5)
        #expect(numbers.add(-7, to: 1) == -2)
        #expect(numbers.add(.max, to: 2) == .max)
        #expect(!numbers.replace(0, with: 9, at: 1))
        #expect(numbers.replace(-2, with: 9, at: 1))
        #expect((numbers[0], numbers[1], numbers[2]) == (0, 9, .max))
    }
}
