// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux
package import LowportPolicyEditing

extension ProgramsFile {
    /// Declares `program`: its line takes the place of the first one for the same path, and the other lines for it go.
    package func keeping(_ program: KeptProgram) -> RulesChange {
        var change = RulesChange()
        var isPlaced = false
        for line in lines {
            guard case .program(let old) = line.content, old.path == program.path else {
                change.append(line.text)
                continue
            }
            if !isPlaced, old == program {
                change.append(line.text)
            } else {
                change.removed.append(ByteString(line.text))
                if !isPlaced { change.add(program) }
            }
            isPlaced = true
        }
        if !isPlaced { change.add(program) }
        return change
    }

    /// Takes `capabilities` from every line for the program at `path`; lines that are left with none go.
    package func releasing(_ capabilities: CapabilitySet, of path: ByteString) -> RulesChange {
        var change = RulesChange()
        for line in lines {
            guard case .program(var program) = line.content, program.path == path,
                !program.capabilities.permitted.union(program.capabilities.inheritable).isDisjoint(with: capabilities)
            else {
                change.append(line.text)
                continue
            }
            change.removed.append(ByteString(line.text))
            program.capabilities.lower(capabilities, in: .all)
            if program.capabilities != CapabilityState() { change.add(program) }
        }
        return change
    }
}

extension RulesChange {
    fileprivate mutating func append(_ line: ArraySlice<UInt8>) { content += line + [UInt8(ascii: "\n")] }

    fileprivate mutating func add(_ program: KeptProgram) {
        added.append(program.byteString)
        append(program.byteString.bytes[...])
    }
}
