// SPDX-License-Identifier: Apache-2.0

/// What the head of an executable says about how it is started (elf(5)).
public struct ElfFile: Hashable, Sendable {
    /// The instruction set, `e_machine`: 62 is x86-64, 183 is aarch64, 3 is i386.
    public let machine: UInt16
    /// Whether addresses have 64 bits.
    public let is64Bit: Bool
    /// Whether another program, the dynamic linker, is started in its place: only then is a library preloaded.
    public let hasInterpreter: Bool
    /// Whether the Go tool chain made it. Such a program makes its system calls itself, even if it is linked with libc.
    public let isGo: Bool

    /// Creates the description of an executable.
    public init(machine: UInt16, is64Bit: Bool, hasInterpreter: Bool, isGo: Bool = false) {
        self.machine = machine
        self.is64Bit = is64Bit
        self.hasInterpreter = hasInterpreter
        self.isGo = isGo
    }

    /// Reads the head of a file, all that the kernel looks at; nil if it is no executable of this byte order.
    public init?(head: [UInt8]) {
        func number(_ offset: Int, _ size: Int) -> UInt64? {
            guard offset >= 0, offset + size <= head.count else { return nil }
            return head[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard head.starts(with: [0x7F, 0x45, 0x4C, 0x46]), head.count >= 52, head[5] == 1,
            head[4] == 1 || head[4] == 2, let machine = number(18, 2)
        else { return nil }
        is64Bit = head[4] == 2
        self.machine = UInt16(machine)
        // A note with a name of four bytes, "Go", and the type 4 holds the build's identity.
        let note: [UInt8] = [4, 0, 0, 0, 0x47, 0x6F, 0, 0]
        isGo = head.indices.dropLast(note.count - 1).contains { head[$0..<$0 + note.count].elementsEqual(note) }
        guard let table = is64Bit ? number(32, 8) : number(28, 4),
            let entrySize = is64Bit ? number(54, 2) : number(42, 2),
            let count = is64Bit ? number(56, 2) : number(44, 2),
            table < UInt64(head.count)
        else {
            hasInterpreter = false
            return
        }
        // PT_INTERP is 3.
        hasInterpreter = (0..<count).contains { number(Int(table + $0 * entrySize), 4) == 3 }
    }

    /// The instruction set of this program.
    public static var nativeMachine: UInt16 {
        #if arch(arm64)
            183
        #else
            62
        #endif
    }

    /// Whether it runs in this machine's own instruction set, so that a library of ours fits into it.
    public var isNative: Bool { machine == Self.nativeMachine && is64Bit }

    /// The name of the instruction set, where it has a usual one.
    public var machineName: String {
        switch (machine, is64Bit) {
        case (62, true): "x86-64"
        case (62, false): "x32"
        case (183, _): "aarch64"
        case (3, _): "i386"
        case (40, _): "32-bit arm"
        default: "machine \(machine)"
        }
    }
}
