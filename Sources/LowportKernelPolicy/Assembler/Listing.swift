// SPDX-License-Identifier: Apache-2.0

extension AssembledProgram {
    /// The program as readable text: labels, remarks, and one instruction per line.
    package var listing: String {
        var lines: [String] = []
        var isSecondHalf = false
        for (position, instruction) in instructions.enumerated() {
            if let remark = remarks[position] { lines.append("\n    ; \(remark)") }
            for label in labels[position] ?? [] { lines.append("\(label):") }
            if isSecondHalf {
                isSecondHalf = false
                continue
            }
            isSecondHalf = instruction.code == Instruction.wideLoad
            let next = isSecondHalf ? instructions[position + 1].immediate : 0
            let number = String(position)
            let padding = String(repeating: " ", count: max(0, 5 - number.count))
            lines.append("\(padding)\(number)  \(text(of: instruction, next, at: position))")
        }
        return lines.joined(separator: "\n")
    }

    private func text(of instruction: Instruction, _ next: Int32, at position: Int) -> String {
        let (code, value) = (instruction.code, instruction.immediate)
        let (to, from) = ("r\(instruction.destination)", "r\(instruction.source)")
        let operand = code & 0x08 != 0 ? from : String(value)
        switch code & 0x07 {
        case 0x00:
            if let map = instruction.map { return "\(to) = map \(map)" }
            let wide = UInt64(UInt32(bitPattern: next)) << 32 | UInt64(UInt32(bitPattern: value))
            return "\(to) = \(wide)"
        case 0x01: return "\(to) = \(access(instruction, from))"
        case 0x02: return "\(access(instruction, to)) = \(value)"
        case 0x03:
            return code == 0xDB ? "lock \(access(instruction, to)) += \(from)" : "\(access(instruction, to)) = \(from)"
        case 0x05: return jump(instruction, to, operand, at: position)
        default:
            if code == 0xDC { return "\(to) = be\(value)(\(to))" }
            let low = code & 0x07 == 0x04 ? "lower32 " : ""
            return "\(to) \(Operation(rawValue: code & 0xF0).map(sign) ?? "?") \(low)\(operand)"
        }
    }

    private func access(_ instruction: Instruction, _ base: String) -> String {
        let bits = [Width.word: 32, .half: 16, .byte: 8, .double: 64]
        let width = Width(rawValue: instruction.code & 0x18).flatMap { bits[$0] } ?? 0
        return "*(u\(width) *)(\(base) \(instruction.offset < 0 ? "-" : "+") \(instruction.offset.magnitude))"
    }

    private func jump(_ instruction: Instruction, _ left: String, _ right: String, at position: Int) -> String {
        if instruction.code == 0x95 { return "exit" }
        if instruction.code == 0x85, instruction.source == Instruction.kernelFunction {
            return "call kernel function \(instruction.immediate)"
        }
        if instruction.code == 0x85 { return "call \(Helper(rawValue: instruction.immediate).map { "\($0)" } ?? "?")" }
        let target = labels[position + 1 + Int(instruction.offset)]?.first ?? "?"
        let signs = [Condition.equal: "==", .greater: ">", .atLeast: ">=", .notEqual: "!="]
        guard let sign = Condition(rawValue: instruction.code & 0xF0).flatMap({ signs[$0] }) else {
            return "goto \(target)"
        }
        return "if \(left) \(sign) \(right) goto \(target)"
    }

    private func sign(of operation: Operation) -> String {
        switch operation {
        case .add: "+="
        case .subtract: "-="
        case .multiply: "*="
        case .or: "|="
        case .and: "&="
        case .shiftLeft: "<<="
        case .shiftRight: ">>="
        case .move: "="
        }
    }
}
