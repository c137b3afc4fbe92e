// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Lookups in the policy map.
extension BindProgram {
    /// Jumps to `granted` with the value in r8, or falls through if no rule allows the address.
    mutating func lookUpAddress(granted: Label) {
        code.remark("the rules")
        guard family == .v6 else {
            lookUp(keeping: true) { code in code.jump(to: granted) }
            return
        }
        let denied = code.label("denied")
        // r7 = 1 if IPv6 is allowed, so that only IPv4 is missing.
        code.move(.r7, 0)
        lookUp(keeping: true) { code in
            code.load(.r1, .half, .frame, Stack.scope)
            code.jump(.r1, .equal, 0, to: granted)
            code.load(.r1, .half, .frame, Stack.space)
            code.jump(.r1, .equal, Int32(AddressSpace.mapped.rawValue), to: granted)
            code.load(.r1, .word, .r8, ValueLayout.alone)
            code.jump(.r1, .notEqual, 0, to: granted)
            code.move(.r7, 1)
        }
        code.jump(.r7, .equal, 0, to: denied)
        passIPv6Only(granted: granted)
        code.remark("a bind of :: needs both families")
        code.store(.half, Stack.space, Int32(AddressSpace.mapped.rawValue))
        lookUp(keeping: false) { code in code.jump(to: granted) }
        code.store(.half, Stack.space, Int32(AddressSpace.v6.rawValue))
        code.bind(denied)
    }

    /// Jumps to `granted` if the socket is IPv6-only. If the program cannot read `IPV6_V6ONLY`, no socket counts as
    /// such.
    private mutating func passIPv6Only(granted: Label) {
        guard let bit = options.isIPv6Only else { return }
        code.remark("a socket that takes IPv6 alone needs no more")
        let (found, hidden) = (code.label("socket"), code.label("hidden"))
        for helper in [Helper.socketAsTCP6, .socketAsUDP6] {
            code.load(.r1, .double, .r6, Context.socket)
            code.call(helper)
            code.jump(.r0, .notEqual, 0, to: found)
        }
        code.jump(to: hidden)
        code.bind(found)
        code.load(.r1, .byte, .r0, Int16(bit.offset))
        code.compute(.r1, .and, Int32(bit.mask))
        code.jump(.r1, .notEqual, 0, to: granted)
        code.bind(hidden)
    }

    /// Looks up each principal. `found` emits the code for a match; `keeping` puts the matching value into r8.
    private mutating func lookUp(keeping: Bool, _ found: (inout Assembler) -> Void) {
        for kind in asked { lookUp(kind, byProgram: false, keeping: keeping, found) }
        if askedByProgram.isEmpty { return }
        let unnamed = code.label("unnamed")
        code.load(.r1, .double, .frame, Stack.program)
        code.jump(.r1, .equal, 0, to: unnamed)
        for kind in askedByProgram {
            // What another rule has allowed for IPv6 is not narrowed by this one.
            let (confines, mayBeAllowed) = (confinesPrograms, keeping && family == .v6)
            lookUp(kind, byProgram: true, keeping: keeping) { code in
                if confines {
                    let allowed = code.label("allowed")
                    if mayBeAllowed { code.jump(.r7, .equal, 1, to: allowed) }
                    code.load(.r1, .double, .frame, Stack.confined)
                    code.store(.double, Stack.narrowed, .r1)
                    if mayBeAllowed { code.bind(allowed) }
                }
                found(&code)
            }
        }
        code.bind(unnamed)
    }

    private mutating func lookUp(
        _ kind: PolicyKey.Kind,
        byProgram: Bool,
        keeping: Bool,
        _ found: (inout Assembler) -> Void
    ) {
        let (next, valid) = (code.label("next"), code.label("valid"))
        lookUp(kind, byProgram: byProgram)
        code.jump(.r0, .equal, 0, to: next)
        if keeping { code.move(.r8, .r0) }
        if table.isDated {
            code.load(.r1, .double, .r0, ValueLayout.until)
            code.jump(.r1, .equal, -1, to: valid)
            code.store(.double, Stack.scratch, .r1)
            code.call(.atomicTime)
            code.load(.r1, .double, .frame, Stack.scratch)
            code.jump(.r1, .greater, .r0, to: valid)
            code.jump(to: next)
        }
        code.bind(valid)
        found(&code)
        code.bind(next)
    }

    /// r0 = the policy map's value for the key on the stack, with the user, the group or everyone as the principal.
    private mutating func lookUp(_ kind: PolicyKey.Kind, byProgram: Bool = false) {
        code.moveWide(.r1, PackedWord.field(kind.rawValue, 0))
        if byProgram {
            code.load(.r2, .double, .frame, Stack.program)
            code.compute(.r1, .or, .r2)
        }
        switch kind {
        case .everyone: break
        case .user, .confinedUser: code.moveLow(.r2, .r9)
        case .group, .confinedGroup:
            code.move(.r2, .r9)
            code.compute(.r2, .shiftRight, 32)
        }
        if kind != .everyone {
            code.compute(.r2, .shiftLeft, PackedWord.place(4))
            code.compute(.r1, .or, .r2)
        }
        code.store(.double, Stack.kind, .r1)
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.key))
        code.moveMap(.r1, .policy)
        code.call(.mapLookup)
    }

    /// r7 = `refused` or `left`. r8 = 0.
    mutating func refuseConfined() {
        code.remark("confinement")
        let (refused, done) = (code.label("refused"), code.label("confined"))
        code.move(.r8, 0)
        let kinds = [PolicyKey.Kind.confinedUser, .confinedGroup].filter(table.has)
        if table.confinesRoot || table.confinesEveryone || !kinds.isEmpty || confinesPrograms {
            code.move(.r7, BindOutcome.left.rawValue)
            if confinesPrograms {
                code.load(.r1, .double, .frame, Stack.confined)
                code.jump(.r1, .notEqual, 0, to: refused)
            }
            code.moveLow(.r1, .r9)
            let ordinary = code.label("ordinary")
            code.jump(.r1, .notEqual, 0, to: ordinary)
            code.jump(to: table.confinesRoot ? refused : done)
            code.bind(ordinary)
            if table.confinesEveryone {
                code.jump(to: refused)
            } else {
                for kind in kinds {
                    lookUp(kind)
                    code.jump(.r0, .notEqual, 0, to: refused)
                }
                code.jump(to: done)
            }
            code.bind(refused)
            code.move(.r7, BindOutcome.refused.rawValue)
            code.bind(done)
        } else {
            code.move(.r7, BindOutcome.left.rawValue)
        }
    }
}
