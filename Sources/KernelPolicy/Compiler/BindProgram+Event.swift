// SPDX-License-Identifier: Apache-2.0

/// What is written down of a bind.
extension BindProgram {
    mutating func countGrant() {
        code.remark("the counter of the rule")
        let unknown = code.label("uncounted")
        code.load(.r1, .word, .r8, ValueLayout.counter)
        code.store(.word, Stack.scratch, .r1)
        lookUpNumber(in: .counters)
        code.jump(.r0, .equal, 0, to: unknown)
        code.move(.r1, 1)
        code.addAtomically(.r0, .r1)
        code.bind(unknown)
    }

    mutating func record(end: Label) {
        code.remark("the event")
        let event = Stack.event
        code.store(.double, event + EventLayout.userAndGroup, .r9)
        // r9: the statistics, of which there is always one value.
        code.store(.word, Stack.scratch, 0)
        lookUpNumber(in: .statistics)
        code.jump(.r0, .equal, 0, to: end)
        code.move(.r9, .r0)
        storeTime()
        if options.task == nil { describeTask() }
        if options.network == nil {
            code.move(.r1, .r6)
            code.call(.networkNamespace)
            code.store(.double, event + EventLayout.network, .r0)
        }
        copyRule()
        copyBind()
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(event))
        code.moveMap(.r1, .events)
        code.move(.r3, EventLayout.size)
        code.move(.r4, 0)
        code.call(.ringBufferOutput)
        countOutcome(end: end)
    }

    /// r0 = the value of the array `map` at the number that is in the scratch of the stack.
    private mutating func lookUpNumber(in map: MapName) {
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.scratch))
        code.moveMap(.r1, map)
        code.call(.mapLookup)
    }

    /// The time: by the exact clock, or where it was read a moment ago by the coarse one, which costs a tenth, and what
    /// the exact clock was ahead of it. That is true to a tick of the kernel, since the coarse clock stands still while
    /// the machine sleeps and the exact one does not.
    private mutating func storeTime() {
        let (exact, known) = (code.label("exact"), code.label("time"))
        code.call(.coarseTime)
        code.load(.r1, .double, .r9, StatisticsLayout.sampled)
        code.move(.r2, .r0)
        code.compute(.r2, .subtract, .r1)
        code.jump(.r2, .greater, StatisticsLayout.sampleLife, to: exact)
        code.load(.r1, .double, .r9, StatisticsLayout.ahead)
        code.compute(.r0, .add, .r1)
        code.jump(to: known)
        code.bind(exact)
        code.store(.double, Stack.scratch, .r0)
        code.call(.bootTime)
        code.load(.r1, .double, .frame, Stack.scratch)
        code.move(.r2, .r0)
        code.compute(.r2, .subtract, .r1)
        code.store(.double, .r9, StatisticsLayout.ahead, .r2)
        code.store(.double, .r9, StatisticsLayout.sampled, .r1)
        code.bind(known)
        code.store(.double, Stack.event + EventLayout.time, .r0)
    }

    /// Puts process, thread, command and control group into the event, by functions of the kernel.
    private mutating func describeTask() {
        let event = Stack.event
        code.call(.processAndThread)
        code.store(.double, event + EventLayout.processAndThread, .r0)
        code.call(.cgroup)
        code.store(.double, event + EventLayout.cgroup, .r0)
        code.move(.r1, .frame)
        code.compute(.r1, .add, Int32(event + EventLayout.command))
        code.move(.r2, 16)
        code.call(.command)
    }

    /// Puts the same into the event, out of the task in r0: a tenth of what the functions cost.
    mutating func describe(_ task: TaskFields) {
        let event = Stack.event
        code.load(.r1, .word, .r0, task.process)
        code.compute(.r1, .shiftLeft, 32)
        code.load(.r2, .word, .r0, task.thread)
        code.compute(.r1, .or, .r2)
        code.store(.double, event + EventLayout.processAndThread, .r1)
        for half in [0, 8] as [Int16] {
            code.load(.r1, .double, .r0, task.command + half)
            code.store(.double, event + EventLayout.command + half, .r1)
        }
        code.load(.r1, .double, .r0, task.controlGroups)
        code.load(.r1, .double, .r1, task.unifiedGroup)
        code.load(.r1, .double, .r1, task.groupNode)
        code.load(.r1, .double, .r1, task.nodeNumber)
        code.store(.double, event + EventLayout.cgroup, .r1)
    }

    private mutating func copyRule() {
        let (none, copied) = (code.label("norule"), code.label("rule"))
        code.jump(.r8, .equal, 0, to: none)
        code.load(.r1, .double, .r8, ValueLayout.source)
        code.store(.double, Stack.event + EventLayout.source, .r1)
        code.jump(to: copied)
        code.bind(none)
        code.store(.double, Stack.event + EventLayout.source, 0)
        code.bind(copied)
    }

    /// Copies address, protocol, port and space out of the key, and puts the outcome where the key has the scope.
    private mutating func copyBind() {
        let event = Stack.event
        for half in [0, 8] as [Int16] {
            code.load(.r1, .double, .frame, Stack.address + half)
            code.store(.double, event + EventLayout.address + half, .r1)
        }
        code.load(.r1, .double, .frame, Stack.transport)
        let place = Eightfold.place(6, 2)
        code.compute(.r1, place == 0 ? .shiftRight : .shiftLeft, 16)
        code.compute(.r1, place == 0 ? .shiftLeft : .shiftRight, 16)
        code.move(.r2, .r7)
        code.compute(.r2, .shiftLeft, place)
        code.compute(.r1, .or, .r2)
        code.store(.double, event + EventLayout.transport, .r1)
        guard family == .v6 else { return }
        // The key may say IPv4-mapped for the second half of a dual-stack bind.
        let mapped = code.label("mapped")
        code.load(.r1, .word, .r6, Context.address6 + 8)
        code.jump(.r1, .notEqual, 0, to: mapped)
        code.store(.half, event + EventLayout.space, Int32(AddressSpace.v6.rawValue))
        code.bind(mapped)
    }

    /// Counts the outcome, and the event if there was no room for it: r0 is not 0.
    private mutating func countOutcome(end: Label) {
        code.remark("statistics")
        code.move(.r1, 1)
        code.move(.r2, .r7)
        code.compute(.r2, .shiftLeft, 3)
        code.compute(.r2, .add, .r9)
        code.addAtomically(.r2, .r1)
        code.jump(.r0, .equal, 0, to: end)
        code.compute(.r9, .add, Int32(StatisticsLayout.dropped * 8))
        code.addAtomically(.r9, .r1)
    }
}
