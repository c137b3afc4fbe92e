// SPDX-License-Identifier: Apache-2.0

/// What is written down of a bind.
extension BindProgram {
    mutating func countGrant() {
        code.remark("the counter of the rule")
        let unknown = code.label("uncounted")
        code.load(.r1, .word, .r8, ValueLayout.counter)
        code.store(.word, Stack.scratch, .r1)
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.scratch))
        code.moveMap(.r1, .counters)
        code.call(.mapLookup)
        code.jump(.r0, .equal, 0, to: unknown)
        code.move(.r1, 1)
        code.addAtomically(.r0, .r1)
        code.bind(unknown)
    }

    mutating func record(end: Label) {
        code.remark("the event")
        let event = Stack.event
        code.call(.bootTime)
        code.store(.double, event + EventLayout.time, .r0)
        code.store(.double, event + EventLayout.userAndGroup, .r9)
        if options.task == nil { describeTask() }
        if options.network == nil {
            code.move(.r1, .r6)
            code.call(.networkNamespace)
            code.store(.double, event + EventLayout.network, .r0)
        }
        copyRule()
        for index in 0..<4 as Range<Int16> {
            code.load(.r1, .word, .frame, Stack.address + index * 4)
            code.store(.word, event + EventLayout.address + index * 4, .r1)
        }
        code.load(.r1, .word, .frame, Stack.transport)
        code.store(.word, event + EventLayout.transport, .r1)
        storeSpace()
        code.store(.half, event + EventLayout.outcome, .r7)
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(event))
        code.moveMap(.r1, .events)
        code.move(.r3, EventLayout.size)
        code.move(.r4, 0)
        code.call(.ringBufferOutput)
        code.move(.r9, .r0)
        countOutcome(end: end)
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

    /// The space of the address; the key may say IPv4-mapped for the second half of a dual-stack bind.
    private mutating func storeSpace() {
        let place = Stack.event + EventLayout.space
        code.load(.r1, .half, .frame, Stack.space)
        code.store(.half, place, .r1)
        guard family == .v6 else { return }
        let mapped = code.label("mapped")
        code.load(.r1, .word, .r6, Context.address6 + 8)
        code.jump(.r1, .notEqual, 0, to: mapped)
        code.store(.half, place, Int32(AddressSpace.v6.rawValue))
        code.bind(mapped)
    }

    /// Counts the outcome, and the event if there was no room for it (r9 is not 0).
    private mutating func countOutcome(end: Label) {
        code.remark("statistics")
        code.store(.word, Stack.scratch, 0)
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.scratch))
        code.moveMap(.r1, .statistics)
        code.call(.mapLookup)
        code.jump(.r0, .equal, 0, to: end)
        code.move(.r1, 1)
        code.move(.r2, .r0)
        code.move(.r3, .r7)
        code.compute(.r3, .shiftLeft, 3)
        code.compute(.r2, .add, .r3)
        code.addAtomically(.r2, .r1)
        code.jump(.r9, .equal, 0, to: end)
        code.compute(.r0, .add, Int32(StatisticsLayout.dropped * 8))
        code.addAtomically(.r0, .r1)
    }
}
