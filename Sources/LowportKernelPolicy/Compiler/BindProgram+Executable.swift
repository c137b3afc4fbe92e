// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The program that the task executes, for events and for rules by program.
extension BindProgram {
    /// Stores the identity of the task's program, and what the rules call it: its number, shifted to its place in the
    /// kind of a key, which is 0 if no rule names it or its file is not root's, and whether it is confined.
    mutating func findProgram() {
        guard let fields = options.program, namesPrograms || options.audits else { return }
        code.remark("the program")
        let done = code.label("program")
        code.store(.double, Stack.inode, 0)
        code.store(.double, Stack.inode + 8, 0)
        if namesPrograms {
            code.store(.double, Stack.program, 0)
            code.store(.double, Stack.confined, 0)
            if confinesPrograms { code.store(.double, Stack.narrowed, 0) }
        }
        // Where its fields are known, `identify` has left the task in r0.
        if options.task == nil { code.call(.task) }
        let needsOwner = namesPrograms
        code.storeExecutable(of: .r0, fields, at: Stack.inode, otherwise: done) { code in
            if needsOwner {
                code.load(.r2, .word, .r1, fields.owner)
                code.store(.double, Stack.scratch, .r2)
            }
        }
        if namesPrograms { lookUpProgram(otherwise: done) }
        code.bind(done)
        findOrigin()
    }

    /// Whether the policy confines programs.
    var confinesPrograms: Bool { !table.confinedPrograms.isEmpty && options.program != nil }

    /// If the task has the capability by the file of a confined program, that program decides, whatever the task
    /// executes by now. So does the confinement of all programs, if that cannot be known.
    private mutating func findOrigin() {
        guard confinesPrograms, let fields = options.origins else { return }
        code.remark("the program by which it has the capability")
        let (confined, known, own) = (code.label("origin"), code.label("known"), code.label("own"))
        code.call(.task)
        code.move(.r7, .r0)
        code.load(.r1, .word, .r7, fields.process)
        code.store(.word, Stack.scratch, .r1)
        lookUpNumber(in: .origins)
        code.jump(.r0, .equal, 0, to: own)
        for half in [0, 8] as [Int16] {
            code.load(.r1, .double, .r0, half)
            code.store(.double, Stack.origin + half, .r1)
        }
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.origin))
        code.moveMap(.r1, .programs)
        code.call(.mapLookup)
        code.jump(.r0, .equal, 0, to: own)
        code.load(.r1, .double, .r0, 0)
        takeConfinement()
        code.jump(.r2, .equal, 0, to: own)
        storeNumber()
        code.jump(to: confined)
        code.bind(own)
        code.load(.r1, .double, .frame, Stack.confined)
        code.jump(.r1, .notEqual, 0, to: known)
        code.moveLow(.r1, .r9)
        code.jump(.r1, .equal, 0, to: known)
        // With credentials of another process, as io_uring lends them, it may have the capability of another program.
        code.load(.r1, .double, .r7, fields.credentials)
        code.load(.r2, .double, .r7, fields.realCredentials)
        let foreign = code.label("foreign")
        code.jump(.r1, .notEqual, .r2, to: foreign)
        // Where an origin found no room, whoever has the capability may have it from a confined program: what it executes by
        // now does not show that.
        code.load(.r1, .word, .r1, fields.permittedSet)
        code.compute(.r1, .and, 1 << Int32(Capability.netBindService.rawValue))
        code.jump(.r1, .equal, 0, to: known)
        code.store(.word, Stack.scratch, OriginLayout.overflow)
        lookUpNumber(in: .origins)
        code.jump(.r0, .equal, 0, to: known)
        code.load(.r1, .double, .r0, 0)
        code.jump(.r1, .equal, 0, to: known)
        code.bind(foreign)
        code.store(.double, Stack.program, 0)
        code.bind(confined)
        code.store(.double, Stack.confined, 1)
        code.bind(known)
    }

    /// Whether the policy depends on the program.
    private var namesPrograms: Bool { !askedByProgram.isEmpty || !table.confinedPrograms.isEmpty }

    /// The owner of the file is in the stack's scratch space.
    private mutating func lookUpProgram(otherwise unknown: Label) {
        if table.programs.count <= options.fewPrograms {
            compareProgram(otherwise: unknown)
        } else {
            code.move(.r2, .frame)
            code.compute(.r2, .add, Int32(Stack.inode))
            code.moveMap(.r1, .programs)
            code.call(.mapLookup)
            code.jump(.r0, .equal, 0, to: unknown)
            code.load(.r1, .double, .r0, 0)
        }
        takeConfinement()
        code.store(.double, Stack.confined, .r2)
        // Inode number and device are not the file alone: the number of a deleted file is given to a new one, and on Btrfs
        // and overlay file systems two files may have the same. But no user can make a file of root's. What is confined
        // stays so, whoever owns it.
        code.load(.r2, .double, .frame, Stack.scratch)
        code.jump(.r2, .notEqual, 0, to: unknown)
        storeNumber()
    }

    /// r2 = whether the program is confined, from its value of the map of programs in r1.
    private mutating func takeConfinement() {
        code.move(.r2, .r1)
        code.compute(.r2, .shiftRight, ProgramInode.confinedShift)
    }

    /// Stores the number of the program, from its value of the map of programs in r1, as in the kind of a key.
    private mutating func storeNumber() {
        code.moveLow(.r1, .r1)
        code.compute(.r1, .shiftLeft, PolicyKey.programShift)
        code.store(.double, Stack.program, .r1)
    }

    /// r1 = the value of the map of programs, from a comparison with each.
    private mutating func compareProgram(otherwise unknown: Label) {
        let found = code.label("named")
        code.load(.r2, .double, .frame, Stack.inode)
        code.load(.r3, .double, .frame, Stack.inode + 8)
        for (inode, number) in table.programs.sorted(by: { $0.value < $1.value }) {
            let next = code.label("another")
            code.moveWide(.r4, inode.number)
            code.jump(.r2, .notEqual, .r4, to: next)
            code.moveWide(.r4, UInt64(inode.device))
            code.jump(.r3, .notEqual, .r4, to: next)
            code.moveWide(.r1, table.value(ofProgram: number))
            code.jump(to: found)
            code.bind(next)
        }
        code.jump(to: unknown)
        code.bind(found)
    }
}
