// SPDX-License-Identifier: Apache-2.0
import LowportBroker
import LowportLinux
import Testing

/// The filter, run here as the kernel runs it.
@Suite struct BindFilterTests {
    /// What the program returns for a system call; nil if it leaves the program or does what filters may not.
    private func verdict(architecture: UInt32, number: UInt32, firstArgument: UInt32 = 0) -> FilterInstruction? {
        let data: [UInt32: UInt32] = [0: number, 4: architecture, 16: firstArgument]
        let program = BindFilter.program
        var (accumulator, position) = (UInt32(0), 0)
        while position < program.count {
            let instruction = program[position]
            switch instruction.code {
            case 0x20:
                guard let word = data[instruction.operand] else { return nil }
                accumulator = word
            case 0x15:
                position += Int(accumulator == instruction.operand ? instruction.ifTrue : instruction.ifFalse)
            case 0x06: return instruction
            default: return nil
            }
            position += 1
        }
        return nil
    }

    private static let x86: UInt32 = 0xC000_003E
    private static let i386: UInt32 = 0x4000_0003
    private static let arm64: UInt32 = 0xC000_00B7
    private static let arm: UInt32 = 0x4000_0028

    @Test(
        "The filter stops binds of every architecture",
        arguments: [
            (x86, 49), (x86, 0x4000_0000 | 49), (i386, 361), (arm64, 200), (arm, 282), (x86, 446),
            (x86, 0x4000_0000 | 446),
            (i386, 446), (arm64, 446), (arm, 446),
        ] as [(UInt32, UInt32)]
    )
    func stops(architecture: UInt32, number: UInt32) {
        #expect(verdict(architecture: architecture, number: number) == .notify)
    }

    @Test("The filter stops binds among socket calls") func stopsForBindAmongSocketCalls() {
        for call in 0...20 as ClosedRange<UInt32> {
            let expected: FilterInstruction = call == 2 ? .notify : .allow
            #expect(verdict(architecture: Self.i386, number: 102, firstArgument: call) == expected)
        }
        #expect(verdict(architecture: Self.x86, number: 102, firstArgument: 2) == .allow)
    }

    @Test("The filter lets everything else pass") func letsEverythingElsePass() {
        let stopped: [UInt32: [UInt32]] = [
            Self.x86: [49, 446], Self.i386: [361, 446], Self.arm64: [200, 446], Self.arm: [282, 446], 0x1234: [],
        ]
        for (architecture, numbers) in stopped {
            for number in 0..<600 as Range<UInt32> where !numbers.contains(number) {
                #expect(verdict(architecture: architecture, number: number) == .allow, "\(architecture) \(number)")
            }
        }
    }
}
