// SPDX-License-Identifier: Apache-2.0

/// A place in a program that jumps go to; bound once.
public struct Label: Sendable {
    fileprivate let index: Int
}

/// Puts one eBPF program together, instruction by instruction.
///
///     var code = Assembler()
///     let pass = code.label("pass")
///     code.load(.r7, .word, .r1, 24)
///     code.jump(.r7, .equal, 0, to: pass)
public struct Assembler: ~Copyable {
    private var instructions: [Instruction] = []
    private var labels: [(name: String, position: Int?)] = []
    private var jumps: [(position: Int, label: Int)] = []
    private var remarks: [Int: String] = [:]

    /// Begins an empty program.
    public init() {}

    // MARK: - Places

    /// Creates a label that is bound later. `name` is for the listing.
    public mutating func label(_ name: String) -> Label {
        labels.append((name, nil))
        return Label(index: labels.count - 1)
    }

    /// Binds `label` to the next instruction.
    public mutating func bind(_ label: Label) {
        precondition(labels[label.index].position == nil, "a label is bound once")
        labels[label.index].position = instructions.count
    }

    /// Says in the listing what the next instructions are for.
    public mutating func remark(_ text: String) { remarks[instructions.count] = text }

    // MARK: - Registers

    /// `destination = value`, with the sign extended.
    public mutating func move(_ destination: Register, _ value: Int32) {
        compute(destination, .move, value)
    }

    /// `destination = source`.
    public mutating func move(_ destination: Register, _ source: Register) {
        compute(destination, .move, source)
    }

    /// `destination = destination OPERATION value` in 64 bits.
    public mutating func compute(_ destination: Register, _ operation: Operation, _ value: Int32) {
        emit(0x07 | operation.rawValue, destination, immediate: value)
    }

    /// `destination = destination OPERATION source` in 64 bits.
    public mutating func compute(_ destination: Register, _ operation: Operation, _ source: Register) {
        emit(0x0F | operation.rawValue, destination, source.rawValue)
    }

    /// `destination = source`, the lower 32 bits alone; the upper become 0.
    public mutating func moveLow(_ destination: Register, _ source: Register) {
        emit(0x0C | Operation.move.rawValue, destination, source.rawValue)
    }

    /// `destination = value`, all 64 bits of it.
    public mutating func moveWide(_ destination: Register, _ value: UInt64) {
        emit(Instruction.wideLoad, destination, immediate: Int32(truncatingIfNeeded: value))
        emit(0, .r0, immediate: Int32(truncatingIfNeeded: value >> 32))
    }

    /// `destination` = the map with the name `map`.
    public mutating func moveMap(_ destination: Register, _ map: MapName) {
        emit(Instruction.wideLoad, destination, Instruction.mapSource, immediate: map.rawValue)
        emit(0, .r0)
    }

    /// Turns the lower `bits` (16 or 32) of `register` from host to network order, or back, and clears the rest.
    public mutating func swapToNetworkOrder(_ register: Register, bits: Int32) {
        emit(0xDC, register, immediate: bits)
    }

    // MARK: - Memory

    /// `destination` = what lies `offset` bytes behind the address in `base`.
    public mutating func load(_ destination: Register, _ width: Width, _ base: Register, _ offset: Int16) {
        emit(0x61 | width.rawValue, destination, base.rawValue, offset: offset)
    }

    /// Stores `source` on the stack, `offset` bytes from its end.
    public mutating func store(_ width: Width, _ offset: Int16, _ source: Register) {
        emit(0x63 | width.rawValue, .frame, source.rawValue, offset: offset)
    }

    /// Stores `value` on the stack, `offset` bytes from its end.
    public mutating func store(_ width: Width, _ offset: Int16, _ value: Int32) {
        emit(0x62 | width.rawValue, .frame, offset: offset, immediate: value)
    }

    /// Stores `source`, `offset` bytes behind the address in `base`.
    public mutating func store(_ width: Width, _ base: Register, _ offset: Int16, _ source: Register) {
        emit(0x63 | width.rawValue, base, source.rawValue, offset: offset)
    }

    /// Adds `source` to the eight bytes at the address in `base`, atomically.
    public mutating func addAtomically(_ base: Register, _ source: Register) {
        emit(0xDB, base, source.rawValue)
    }

    // MARK: - Control

    /// Jumps to `label`.
    public mutating func jump(to label: Label) {
        jumps.append((instructions.count, label.index))
        emit(0x05, .r0)
    }

    /// Jumps to `label` if `register` compares so with `value`, whose sign is extended.
    public mutating func jump(_ register: Register, _ condition: Condition, _ value: Int32, to label: Label) {
        jumps.append((instructions.count, label.index))
        emit(0x05 | condition.rawValue, register, immediate: value)
    }

    /// Jumps to `label` if `register` compares so with `other`.
    public mutating func jump(_ register: Register, _ condition: Condition, _ other: Register, to label: Label) {
        jumps.append((instructions.count, label.index))
        emit(0x0D | condition.rawValue, register, other.rawValue)
    }

    /// Calls a function of the kernel with r1-r5; its value comes in r0, and r1-r5 are lost.
    public mutating func call(_ helper: Helper) { emit(0x85, .r0, immediate: helper.rawValue) }

    /// Calls a function of the kernel that has no fixed number, as `KernelTypes.function` numbers it on this one.
    public mutating func call(kernelFunction number: Int32) {
        emit(0x85, .r0, Instruction.kernelFunction, immediate: number)
    }

    /// Ends the program with the value of r0.
    public mutating func exit() { emit(0x95, .r0) }

    /// The program, with all jumps resolved.
    public consuming func finish() -> AssembledProgram {
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

/// A program that is ready to be loaded, and what its listing says beside the instructions.
public struct AssembledProgram: Sendable {
    /// The instructions; maps are still named by `MapName`.
    public let instructions: [Instruction]
    let labels: [Int: [String]]
    let remarks: [Int: String]
}
