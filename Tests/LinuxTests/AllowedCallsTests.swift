// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// The filter of the privileged program, run here as the kernel runs it. That it lets every path of the helper through is
/// what all tests of the helper show.
@Suite struct AllowedCallsTests {
    /// What the filter returns for a system call; nil if it leaves the program or does what filters may not.
    private func verdict(
        _ calls: AllowedCalls,
        _ number: UInt32,
        _ arguments: [UInt32] = [],
        architecture: UInt32 = native
    ) -> FilterInstruction? {
        var data: [UInt32: UInt32] = [0: number, 4: architecture, 8: 0]
        for index in 0..<6 { data[16 + UInt32(index) * 8] = index < arguments.count ? arguments[index] : 0 }
        let program = calls.program
        var (accumulator, position) = (UInt32(0), 0)
        while position < program.count {
            let instruction = program[position]
            switch instruction.code {
            case 0x20:
                guard let word = data[instruction.operand] else { return nil }
                accumulator = word
            case 0x15:
                position += Int(accumulator == instruction.operand ? instruction.ifTrue : instruction.ifFalse)
            case 0x45:
                position += Int(accumulator & instruction.operand != 0 ? instruction.ifTrue : instruction.ifFalse)
            case 0x06: return instruction
            default: return nil
            }
            position += 1
        }
        return nil
    }

    #if arch(x86_64)
        private static let native: UInt32 = 0xC000_003E
        private static let read: UInt32 = 0
        private static let mmap: UInt32 = 9
        private static let socket: UInt32 = 41
        private static let execve: UInt32 = 59
        private static let ptrace: UInt32 = 101
        private static let openat: UInt32 = 257
        private static let bpf: UInt32 = 321
        private static let clone: UInt32 = 56
        private static let vmRead: UInt32 = 310
        private static let vmWrite: UInt32 = 311
        private static let ioctl: UInt32 = 16
    #else
        private static let native: UInt32 = 0xC000_00B7
        private static let read: UInt32 = 63
        private static let mmap: UInt32 = 222
        private static let socket: UInt32 = 198
        private static let execve: UInt32 = 221
        private static let ptrace: UInt32 = 117
        private static let openat: UInt32 = 56
        private static let bpf: UInt32 = 280
        private static let clone: UInt32 = 220
        private static let vmRead: UInt32 = 270
        private static let vmWrite: UInt32 = 271
        private static let ioctl: UInt32 = 29
    #endif

    @Test("What is not listed ends the process") func whatIsNotListedEndsTheProcess() {
        for calls in [AllowedCalls.ofOneBind, .ofService] {
            for number in [Self.execve, Self.ptrace, Self.bpf, Self.clone, Self.vmWrite, 9999] {
                #expect(verdict(calls, number) == .kill)
            }
            #expect(verdict(calls, Self.read) == .allow)
        }
        #expect(verdict(.ofOneBind, Self.vmRead) == .kill)
        #expect(verdict(.ofService, Self.vmRead) == .allow)
    }

    @Test("No call comes in by another architecture") func noCallComesInByAnotherArchitecture() {
        for architecture in [0x4000_0003, 0xC000_003E, 0xC000_00B7, 0x4000_0028, 0] as [UInt32] {
            let isNative = architecture == Self.native
            #expect(verdict(.ofService, Self.read, architecture: architecture) == (isNative ? .allow : .kill))
        }
        // x32 shares the number of its architecture.
        #expect(verdict(.ofService, Self.read | 0x4000_0000) == .kill)
    }

    @Test("Files are opened for reading alone") func filesAreOpenedForReadingAlone() {
        for flags in [0, 0o2000000, 0o200000, 0o10000000] as [UInt32] {
            #expect(verdict(.ofOneBind, Self.openat, [0, 0, flags]) == .allow)
        }
        // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE with O_RDWR.
        for flags in [1, 2, 0o100, 0o1000, 0o20200002] as [UInt32] {
            #expect(verdict(.ofOneBind, Self.openat, [0, 0, flags]) == .kill)
        }
    }

    @Test("Memory is not executable and sockets are local") func memoryIsNotExecutableAndSocketsAreLocal() {
        #expect(verdict(.ofService, Self.mmap, [0, 0, 3]) == .allow)
        #expect(verdict(.ofService, Self.mmap, [0, 0, 4]) == .kill)
        #expect(verdict(.ofService, Self.socket, [1]) == .allow)
        for family in [0, 2, 10, 16, 17] as [UInt32] { #expect(verdict(.ofService, Self.socket, [family]) == .kill) }
    }

    @Test("Controls nothing but notifications") func controlsNothingButNotifications() {
        for request in [0xC050_2100, 0xC018_2101, 0x4008_2102] as [UInt32] {
            #expect(verdict(.ofService, Self.ioctl, [0, request]) == .allow)
            #expect(verdict(.ofOneBind, Self.ioctl, [0, request]) == .kill)
        }
        // Typing at the terminal for its user (TIOCSTI), adding descriptors to somebody's table.
        for request in [0x5412, 0x4018_2103, 0] as [UInt32] {
            #expect(verdict(.ofService, Self.ioctl, [0, request]) == .kill)
        }
    }
}
