// SPDX-License-Identifier: Apache-2.0

/// A position in a program that jumps can target; it is bound exactly once.
package struct Label: Sendable {
    fileprivate let index: Int
}

/// Assembles one eBPF program, instruction by instruction.
///
///     var code = Assembler()
///     let pass = code.label("pass")
///     code.load(.r7, .word, .r1, 24)
///     code.jump(.r7, .equal, 0, to: pass)
package struct Assembler: ~Copyable {
    private var instructions: [Instruction] = []
    private var labels: [(name: String, position: Int?)] = []
    private var jumps: [(position: Int, label: Int)] = []
    private var remarks: [Int: String] = [:]

    /// Creates an empty program.
    package init() {}

    // MARK: - Labels

    /// Creates a label to be bound later. `name` appears in the listing.
    package mutating func label(_ name: String) -> Label {
        labels.append((name, nil))
        return Label(index: labels.count - 1)
    }

    /// Binds `label` to the next instruction.
    package mutating func bind(_ label: Label) {
        precondition(labels[label.index].position == nil, "a label is bound once")
        labels[label.index].position = instructions.count
    }

    /// Adds a remark to the listing that describes the next instructions.
    package mutating func remark(_ text: String) { remarks[instructions.count] = text }

    // MARK: - Registers

    /// `destination = value`, sign-extended.
    package mutating func move(_ destination: Register, _ value: Int32) {
        compute(destination, .move, value)
    }

    /// `destination = source`.
    package mutating func move(_ destination: Register, _ source: Register) {
        compute(destination, .move, source)
    }

    /// `destination = destination OPERATION value` in 64 bits.
    package mutating func compute(_ destination: Register, _ operation: Operation, _ value: Int32) {
        emit(0x07 | operation.rawValue, destination, immediate: value)
    }

    /// `destination = destination OPERATION source` in 64 bits.
    package mutating func compute(_ destination: Register, _ operation: Operation, _ source: Register) {
        emit(0x0F | operation.rawValue, destination, source.rawValue)
    }

    /// `destination = source`, the lower 32 bits only; the upper 32 bits become 0.
    package mutating func moveLow(_ destination: Register, _ source: Register) {
        emit(0x0C | Operation.move.rawValue, destination, source.rawValue)
    }

    /// `destination = value`, all 64 bits.
    package mutating func moveWide(_ destination: Register, _ value: UInt64) {
        emit(Instruction.wideLoad, destination, immediate: Int32(truncatingIfNeeded: value))
        emit(0, .r0, immediate: Int32(truncatingIfNeeded: value >> 32))
    }

    /// `destination` = the map named `map`.
    package mutating func moveMap(_ destination: Register, _ map: MapName) {
        emit(Instruction.wideLoad, destination, Instruction.mapSource, immediate: map.rawValue)
        emit(0, .r0)
    }

    /// Converts the lower `bits` (16 or 32) of `register` between host and network order and clears the other bits.
    package mutating func swapToNetworkOrder(_ register: Register, bits: Int32) {
        emit(0xDC, register, immediate: bits)
    }

    // MARK: - Memory

    /// `destination` = the value at `offset` bytes past the address in `base`.
    package mutating func load(_ destination: Register, _ width: Width, _ base: Register, _ offset: Int16) {
        emit(0x61 | width.rawValue, destination, base.rawValue, offset: offset)
    }

    /// Stores `source` on the stack. `offset` is in bytes from the end of the stack.
    package mutating func store(_ width: Width, _ offset: Int16, _ source: Register) {
        emit(0x63 | width.rawValue, .frame, source.rawValue, offset: offset)
    }

    /// Stores `value` on the stack. `offset` is in bytes from the end of the stack.
    package mutating func store(_ width: Width, _ offset: Int16, _ value: Int32) {
        emit(0x62 | width.rawValue, .frame, offset: offset, immediate: value)
    }

    /// Stores `source` at `offset` bytes past the address in `base`.
    package mutating func store(_ width: Width, _ base: Register, _ offset: Int16, _ source: Register) {
        emit(0x63 | width.rawValue, base, source.rawValue, offset: offset)
    }

    /// Adds `source` to the eight bytes at the address in `base`, atomically.
    package mutating func addAtomically(_ base: Register, _ source: Register) {
        emit(0xDB, base, source.rawValue)
    }

    // MARK: - Control

    /// Jumps to `label`.
    package mutating func jump(to label: Label) {
        jumps.append((instructions.count, label.index))
        emit(0x05, .r0)
    }

    /// Jumps to `label` if the comparison of `register` with the sign-extended `value` is true.
    package mutating func jump(_ register: Register, _ condition: Condition, _ value: Int32, to label: Label) {
        jumps.append((instructions.count, label.index))
        emit(0x05 | condition.rawValue, register, immediate: value)
    }

    /// Jumps to `label` if the comparison of `register` with `other` is true.
    package mutating func jump(_ register: Register, _ condition: Condition, _ other: Register, to label: Label) {
        jumps.append((instructions.count, label.index))
        emit(0x0D | condition.rawValue, register, other.rawValue)
    }

    /// Calls a kernel helper with r1-r5 as arguments; r0 receives the result, and r1-r5 are clobbered.
    package mutating func call(_ helper: Helper) { emit(0x85, .r0, immediate: helper.rawValue) }

    /// Calls a kernel function that has no fixed number, by its `KernelTypes.function` number on the running kernel.
    package mutating func call(kernelFunction number: Int32) {
        emit(0x85, .r0, Instruction.kernelFunction, immediate: number)
    }

    /// Ends the program and returns r0.
    package mutating func exit() { emit(0x95, .r0) }

    /// Returns the program with all jumps resolved.
    package consuming func finish() -> AssembledProgram {
        for (position, label) in jumps {
            guard let target = labels[label].position else { preconditionFailure("\(labels[label].name) is not bound") }
            instructions[position].offset = Int16(target - position - 1)
        }
        var names: [Int: [String]] = [:]
        for (name, position) in labels { if let position { names[position, default: []].append(name) } }
        return AssembledProgram(instructions: instructions, labels: names, remarks: remarks)
    }

    private mutating func emit(
        _ code: UInt8,
        _ destination: Register,
        _ source: UInt8 = 0,
        offset: Int16 = 0,
        immediate: Int32 = 0
    ) {
        instructions.append(
            Instruction(
                code: code,
                destination: destination.rawValue,
                source: source,
                offset: offset,
                immediate: immediate
            )
        )
    }
}

/// A program that is ready to be loaded, with the labels and remarks of its listing.
package struct AssembledProgram: Sendable {
    /// The instructions; maps are still named by `MapName`.
    package let instructions: [Instruction]
    let labels: [Int: [String]]
    let remarks: [Int: String]
}
