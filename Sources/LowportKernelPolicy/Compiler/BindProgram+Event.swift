// SPDX-License-Identifier: Apache-2.0

/// Recording a bind: counters, statistics and events.
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

    /// Counts a rule for a confined program, if the capability that it limits is there.
    private mutating func countLimit() {
        guard confinesPrograms, options.privileges != nil else { return }
        let none = code.label("unlimited")
        code.jump(.r8, .equal, 0, to: none)
        code.load(.r1, .double, .frame, Stack.narrowed)
        code.jump(.r1, .equal, 0, to: none)
        code.load(.r1, .double, .frame, Stack.check)
        code.jump(.r1, .notEqual, Int32(KernelCheck.capability.rawValue), to: none)
        countGrant()
        code.bind(none)
    }

    mutating func record(end: Label) {
        code.remark("the event")
        let (dropped, written) = (code.label("dropped"), code.label("written"))
        // From here on, r9 = the statistics; their map always has exactly one value.
        code.store(.double, Stack.event + EventLayout.userAndGroup, .r9)
        code.store(.word, Stack.scratch, 0)
        lookUpNumber(in: .statistics)
        code.jump(.r0, .equal, 0, to: end)
        code.move(.r9, .r0)
        if options.network == nil { storeNetwork() }
        foreseeCheck()
        countLimit()
        countOutcome()
        storeTime()
        if options.task == nil { describeTask() }
        code.moveMap(.r1, .events)
        code.move(.r2, EventLayout.size)
        code.move(.r3, 0)
        code.call(.ringBufferReserve)
        code.jump(.r0, .equal, 0, to: dropped)
        copyNotes()
        copyRule()
        copyBind()
        copyCheck()
        code.move(.r1, .r0)
        code.move(.r2, 0)
        code.call(.ringBufferSubmit)
        code.jump(to: written)
        code.bind(dropped)
        code.move(.r1, 1)
        code.compute(.r9, .add, Int32(StatisticsLayout.dropped * 8))
        code.addAtomically(.r9, .r1)
        code.bind(written)
    }

    /// r0 = the value of the array `map` at the index in the stack's scratch space.
    mutating func lookUpNumber(in map: MapName) {
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.scratch))
        code.moveMap(.r1, map)
        code.call(.mapLookup)
    }

    /// Stores the time. If the exact clock was read recently, the time is computed from the kernel's ticks, which cost
    /// no call, plus the recorded lead of the exact clock over the ticks. That lead changes by more than a tick only
    /// while the machine sleeps, because the ticks stop then and the exact clock does not.
    private mutating func storeTime() {
        let (exact, known) = (code.label("exact"), code.label("time"))
        code.call(.ticks)
        code.load(.r1, .double, .r9, StatisticsLayout.sampled)
        code.move(.r2, .r0)
        code.compute(.r2, .subtract, .r1)
        code.jump(.r2, .greater, StatisticsLayout.sampleLife / options.tick, to: exact)
        code.load(.r1, .double, .r9, StatisticsLayout.ahead)
        code.compute(.r0, .multiply, options.tick)
        code.compute(.r0, .add, .r1)
        code.jump(to: known)
        code.bind(exact)
        code.store(.double, Stack.scratch, .r0)
        code.call(.bootTime)
        code.load(.r1, .double, .frame, Stack.scratch)
        code.store(.double, .r9, StatisticsLayout.sampled, .r1)
        code.compute(.r1, .multiply, options.tick)
        code.move(.r2, .r0)
        code.compute(.r2, .subtract, .r1)
        code.store(.double, .r9, StatisticsLayout.ahead, .r2)
        code.bind(known)
        code.store(.double, Stack.event + EventLayout.time, .r0)
    }

    /// Stores process, thread, command and control group in the event, using kernel helpers.
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

    /// Stores the same in the event, from the task in r0, at a tenth of the cost of the helpers.
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

    /// Stores the cookie of the socket's network namespace in the event, and leaves it in r0.
    mutating func storeNetwork() {
        code.move(.r1, .r6)
        if let fields = options.socket {
            code.call(kernelFunction: fields.cast)
            for field in [fields.socket, fields.network] { code.load(.r0, .double, .r0, field) }
            keepNetwork(in: .r0)
            code.load(.r0, .double, .r0, fields.cookie)
        } else {
            code.call(.networkNamespace)
        }
        code.store(.double, Stack.event + EventLayout.network, .r0)
    }

    /// Copies the fields collected on the stack into the event in r0.
    private mutating func copyNotes() {
        for note in EventLayout.notes {
            code.load(.r1, .double, .frame, Stack.event + note)
            code.store(.double, .r0, note, .r1)
        }
        if options.program == nil { code.move(.r1, 0) }
        for half in [0, 8] as [Int16] {
            if options.program != nil { code.load(.r1, .double, .frame, Stack.inode + half) }
            code.store(.double, .r0, EventLayout.inode + half, .r1)
        }
    }

    private mutating func copyRule() {
        let none = code.label("norule")
        code.move(.r1, 0)
        code.jump(.r8, .equal, 0, to: none)
        code.load(.r1, .double, .r8, ValueLayout.source)
        code.bind(none)
        code.store(.double, .r0, EventLayout.source, .r1)
    }

    /// Copies address, protocol, port and space from the key, and stores the outcome where the key has the scope.
    private mutating func copyBind() {
        for half in [0, 8] as [Int16] {
            code.load(.r1, .double, .frame, Stack.address + half)
            code.store(.double, .r0, EventLayout.address + half, .r1)
        }
        code.load(.r1, .double, .frame, Stack.transport)
        code.compute(.r1, .shiftLeft, 16)
        code.compute(.r1, .shiftRight, 16)
        code.move(.r2, .r7)
        code.compute(.r2, .shiftLeft, PackedWord.place(6))
        code.compute(.r1, .or, .r2)
        code.store(.double, .r0, EventLayout.transport, .r1)
        guard family == .v6 else { return }
        // The key may say IPv4-mapped, for the second lookup of a dual-stack bind.
        let mapped = code.label("mapped")
        code.load(.r1, .word, .r6, Context.address6 + 8)
        code.jump(.r1, .notEqual, 0, to: mapped)
        code.move(.r1, Int32(AddressSpace.v6.rawValue))
        code.store(.half, .r0, EventLayout.space, .r1)
        code.bind(mapped)
    }
}
