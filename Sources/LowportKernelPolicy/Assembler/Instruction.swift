// SPDX-License-Identifier: Apache-2.0

/// A register of the eBPF machine (RFC 9669, 2).
package enum Register: UInt8, Sendable {
    case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10

    /// The frame pointer: the end of the 512-byte stack. Read-only.
    package static var frame: Register { .r10 }
}

/// The number of bytes that a load or a store moves.
package enum Width: UInt8, Sendable {
    case word = 0x00
    case half = 0x08
    case byte = 0x10
    case double = 0x18
}

/// The operation of an arithmetic instruction (RFC 9669, 4.1).
package enum Operation: UInt8, Sendable {
    case add = 0x00
    case subtract = 0x10
    case multiply = 0x20
    case or = 0x40
    case and = 0x50
    case shiftLeft = 0x60
    case shiftRight = 0x70
    case move = 0xB0
}

/// The condition of a jump; comparisons are unsigned (RFC 9669, 4.3).
package enum Condition: UInt8, Sendable {
    case always = 0x00
    case equal = 0x10
    case greater = 0x20
    case atLeast = 0x30
    case notEqual = 0x50
}

/// The kernel helpers that the programs call, by their numbers in `<linux/bpf.h>`.
///
/// Programs under any licence may call all of them except `task`.
package enum Helper: Int32, Sendable {
    case mapLookup = 1
    case mapUpdate = 2
    case mapDelete = 3
    case processAndThread = 14
    case userAndGroup = 15
    case command = 16
    case cgroup = 80
    case ticks = 118
    case networkNamespace = 122
    case ancestorGroup = 123
    case bootTime = 125
    case ringBufferReserve = 131
    case ringBufferSubmit = 132
    case socketAsTCP6 = 136
    case socketAsUDP6 = 140
    case task = 158
    case atomicTime = 208
}

/// The maps that a program refers to; the loader replaces each name with a descriptor.
package enum MapName: Int32, Sendable, CaseIterable {
    case policy, counters, events, statistics, programs, origins
}

/// One eBPF instruction: eight bytes, in the format of the kernel (RFC 9669, 3).
package struct Instruction: Hashable, Sendable {
    /// The opcode.
    package let code: UInt8
    /// The register that the instruction changes or tests.
    package let destination: UInt8
    /// The other register, or the kind of constant in a wide load.
    package let source: UInt8
    /// The distance of a jump in instructions, or of a memory access in bytes.
    package var offset: Int16
    /// The immediate value.
    package var immediate: Int32

    /// `BPF_LD | BPF_DW | BPF_IMM`: a 64-bit constant, which takes two instruction slots.
    package static var wideLoad: UInt8 { 0x18 }
    /// The `source` of a wide load whose constant names a map (`BPF_PSEUDO_MAP_FD`).
    package static var mapSource: UInt8 { 1 }

    /// The `source` of a call to a function that has no fixed number (`BPF_PSEUDO_KFUNC_CALL`).
    package static var kernelFunction: UInt8 { 2 }

    /// The map that the instruction loads; nil for any other instruction.
    package var map: MapName? {
        code == Self.wideLoad && source == Self.mapSource ? MapName(rawValue: immediate) : nil
    }

    /// The eight bytes in native byte order.
    package var rawValue: UInt64 {
        let registers = UInt64(destination | source << 4)
        return UInt64(code) | registers << 8 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: immediate)) << 32
    }
}
