// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What the kernel itself will say to a bind that is left to it (capabilities(7), user_namespaces(7)). It is only
/// recorded: the kernel decides by itself, afterwards.
extension BindProgram {
    /// How many user namespaces above the one of the network are compared with the one of the task.
    private static let depth = 4

    /// Keeps the pointer to the task's credentials, in `register`, for `foreseeCheck`.
    mutating func keepCredentials(in register: Register) {
        if options.privileges != nil { code.store(.double, Stack.credentials, register) }
    }

    /// Keeps the pointer to the socket's network namespace, in `register`, for `foreseeCheck`.
    mutating func keepNetwork(in register: Register) {
        if options.privileges != nil { code.store(.double, Stack.network, register) }
    }

    /// Stores a `KernelCheck` on the stack.
    mutating func foreseeCheck() {
        guard let fields = options.privileges else { return }
        code.remark("the check of the kernel")
        let (done, same) = (code.label("foreseen"), code.label("sameuserns"))
        let (capable, without) = (code.label("capable"), code.label("incapable"))
        let unprivileged = code.label("unprivileged")
        store(.unknown)
        code.jump(.r7, .notEqual, BindOutcome.left.rawValue, to: done)
        code.load(.r1, .double, .frame, Stack.credentials)
        code.load(.r3, .double, .frame, Stack.network)
        code.load(.r2, .word, .r3, fields.threshold)
        code.load(.r4, .half, .frame, Stack.port)
        code.swapToNetworkOrder(.r4, bits: 16)
        code.jump(.r4, .atLeast, .r2, to: unprivileged)
        code.load(.r2, .word, .r1, fields.capabilities)
        code.compute(.r2, .and, 1 << Int32(Capability.netBindService.rawValue))
        // A capability counts in the user namespace of the process and in those below. The owner of a namespace has all
        // capabilities in it, in processes of the namespace above.
        code.load(.r4, .double, .r3, fields.networkOwner)
        code.load(.r5, .double, .r1, fields.userNamespace)
        for _ in 0..<Self.depth {
            let next = code.label("nextuserns")
            code.jump(.r4, .equal, .r5, to: same)
            code.load(.r0, .double, .r4, fields.parent)
            code.jump(.r0, .notEqual, .r5, to: next)
            code.load(.r3, .word, .r4, fields.owner)
            code.load(.r1, .word, .r1, fields.effectiveUser)
            code.jump(.r3, .equal, .r1, to: capable)
            code.jump(to: same)
            code.bind(next)
            code.jump(.r0, .equal, 0, to: without)
            code.move(.r4, .r0)
        }
        code.jump(to: done)
        code.bind(same)
        code.jump(.r2, .equal, 0, to: without)
        code.bind(capable)
        store(.capability)
        code.jump(to: done)
        code.bind(unprivileged)
        store(.unprivileged)
        code.jump(to: done)
        code.bind(without)
        store(.noCapability)
        code.bind(done)
    }

    private mutating func store(_ check: KernelCheck) { code.store(.double, Stack.check, Int32(check.rawValue)) }

    /// Counts the outcome in r7, with the statistics in r9; a bind that is left to the kernel by what was foreseen.
    mutating func countOutcome() {
        let (plain, found) = (code.label("plain"), code.label("found"))
        if options.privileges != nil {
            code.load(.r1, .double, .frame, Stack.check)
            code.jump(.r1, .equal, 0, to: plain)
            code.compute(.r1, .add, Int32(EngineMap.ruleCounterCount))
            code.store(.word, Stack.scratch, .r1)
            lookUpNumber(in: .counters)
            code.jump(.r0, .equal, 0, to: plain)
            code.move(.r2, .r0)
            code.jump(to: found)
            code.bind(plain)
        }
        code.move(.r2, .r7)
        code.compute(.r2, .shiftLeft, 3)
        code.compute(.r2, .add, .r9)
        if options.privileges != nil { code.bind(found) }
        code.move(.r1, 1)
        code.addAtomically(.r2, .r1)
    }

    /// Copies what was foreseen into the event in r0.
    mutating func copyCheck() {
        if options.privileges == nil { return }
        code.load(.r1, .double, .frame, Stack.check)
        code.store(.byte, .r0, EventLayout.check, .r1)
    }
}
