// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The program that the task executes, for rules by program.
extension BindProgram {
    /// Stores the number of the task's program, shifted to its place in the kind of a key; 0 if no rule names it.
    mutating func findProgram() {
        guard let fields = options.program, !askedByProgram.isEmpty || !table.confinedPrograms.isEmpty else { return }
        code.remark("the program")
        let (unknown, done) = (code.label("noprogram"), code.label("program"))
        code.call(.task)
        code.load(.r1, .double, .r0, fields.memory)
        // A thread of the kernel has no memory.
        code.jump(.r1, .equal, 0, to: unknown)
        code.load(.r1, .double, .r1, fields.executable)
        code.jump(.r1, .equal, 0, to: unknown)
        code.load(.r1, .double, .r1, fields.inode)
        code.jump(.r1, .equal, 0, to: unknown)
        code.load(.r2, .double, .r1, fields.number)
        code.store(.double, Stack.inode, .r2)
        code.load(.r1, .double, .r1, fields.fileSystem)
        code.jump(.r1, .equal, 0, to: unknown)
        code.load(.r2, .word, .r1, fields.device)
        code.store(.double, Stack.inode + 8, .r2)
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.inode))
        code.moveMap(.r1, .programs)
        code.call(.mapLookup)
        code.jump(.r0, .equal, 0, to: unknown)
        code.load(.r1, .double, .r0, 0)
        code.move(.r2, .r1)
        code.compute(.r2, .shiftRight, ProgramInode.confinedShift)
        code.store(.double, Stack.confined, .r2)
        code.moveLow(.r1, .r1)
        code.compute(.r1, .shiftLeft, PolicyKey.programShift)
        code.store(.double, Stack.program, .r1)
        code.jump(to: done)
        code.bind(unknown)
        code.store(.double, Stack.program, 0)
        code.store(.double, Stack.confined, 0)
        code.bind(done)
    }
}
