// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// The family of sockets that a program is called for.
public enum BindFamily: Sendable, CaseIterable {
    case v4, v6
}

extension PolicyTable {
    /// The program for `cgroup/bind4` or `cgroup/bind6` that decides as this table does.
    ///
    /// It returns 3, which makes the bind allowed without the capability, when a rule allows it; 0, which makes it fail with
    /// EPERM, when none does and the process is confined; 1 otherwise, so that the kernel's own check decides.
    public func program(for family: BindFamily, _ options: ProgramOptions) -> AssembledProgram {
        var program = BindProgram(table: self, family: family, options: options)
        program.assemble()
        return program.finish()
    }
}

/// Writes the program.
///
/// r6 is the context. r7 is protocol, port, space and scope until they are in the key, then the outcome; r8 the value that
/// allowed; r9 user and group until they are in the event, then the statistics.
struct BindProgram: ~Copyable {
    let table: PolicyTable
    let family: BindFamily
    let options: ProgramOptions
    /// The identities that have entries, in the order of asking.
    private let asked: [PolicyKey.Kind]
    var code = Assembler()

    init(table: PolicyTable, family: BindFamily, options: ProgramOptions) {
        self.table = table
        self.family = family
        self.options = options
        asked = [.user, .group, .everyone].filter(table.has)
    }

    consuming func finish() -> AssembledProgram { code.finish() }

    mutating func assemble() {
        let (pass, granted) = (code.label("pass"), code.label("granted"))
        let (finish, end) = (code.label("finish"), code.label("end"))
        code.move(.r6, .r1)
        leaveUnprivileged(to: pass)
        leaveOtherNetworks(to: pass)
        findTransportAndPort()
        storeKey()
        identify()
        // The verifier takes no instruction that is never reached: without rules there is nothing behind a grant.
        if asked.isEmpty {
            refuseConfined()
        } else {
            askForAddress(granted: granted)
            refuseConfined()
            code.jump(to: finish)
            code.bind(granted)
            code.move(.r7, BindOutcome.granted.rawValue)
            if options.audits { countGrant() }
        }
        code.bind(finish)
        if options.audits { record(end: end) }
        code.bind(end)
        code.move(.r0, .r7)
        code.exit()
        code.bind(pass)
        code.move(.r0, BindOutcome.left.rawValue)
        code.exit()
    }

    // MARK: - What is none of our business

    private mutating func leaveUnprivileged(to pass: Label) {
        code.remark("ports that everybody may bind")
        code.load(.r7, .word, .r6, Context.port)
        code.swapToNetworkOrder(.r7, bits: 16)
        code.jump(.r7, .equal, 0, to: pass)
        code.jump(.r7, .atLeast, Int32(table.limit.rawValue), to: pass)
    }

    private mutating func leaveOtherNetworks(to pass: Label) {
        guard let network = options.network else { return }
        code.remark("other network namespaces")
        storeNetwork()
        code.moveWide(.r1, network)
        code.jump(.r0, .notEqual, .r1, to: pass)
    }

    // MARK: - The key

    /// r7 = protocol and port, as four bytes of the key that space and scope follow.
    private mutating func findTransportAndPort() {
        code.remark("protocol (MPTCP is TCP, UDP-Lite is UDP) and port")
        let known = code.label("transport")
        code.load(.r1, .word, .r6, Context.transport)
        for (number, transport) in [(6, .tcp), (262, .tcp), (17, .udp), (136, .udp)] as [(Int32, TransportProtocol)] {
            code.moveWide(.r7, Eightfold.field(transport.code, 0, 2))
            code.jump(.r1, .equal, number, to: known)
        }
        code.moveWide(.r7, Eightfold.field(TransportProtocol.other.code, 0, 2))
        code.bind(known)
        code.load(.r1, .word, .r6, Context.port)
        code.compute(.r1, .shiftLeft, Eightfold.place(2, 2))
        code.compute(.r7, .or, .r1)
    }

    /// Writes the key but for whom it is asked: the address and its space, an IPv4-mapped one as the IPv4 address that it
    /// means, and the scope, which is 1 for a wildcard.
    private mutating func storeKey() {
        code.remark("address")
        code.store(.word, Stack.key, 256)
        switch family {
        case .v4:
            code.load(.r1, .word, .r6, Context.address4)
            storeShortAddress(in: .v4, .r1)
        case .v6:
            let (stored, ipv6, mapped) = (code.label("address"), code.label("ipv6"), code.label("mapped"))
            for (index, register) in [Register.r1, .r2, .r3, .r4].enumerated() {
                code.load(register, .word, .r6, Context.address6 + Int16(index) * 4)
            }
            code.jump(.r1, .notEqual, 0, to: ipv6)
            code.jump(.r2, .notEqual, 0, to: ipv6)
            code.move(.r5, .r3)
            code.swapToNetworkOrder(.r5, bits: 32)
            code.jump(.r5, .equal, 0xFFFF, to: mapped)
            code.bind(ipv6)
            joinWords(.r1, .r2)
            joinWords(.r3, .r4)
            code.store(.double, Stack.address, .r1)
            code.store(.double, Stack.address + 8, .r3)
            code.compute(.r1, .or, .r3)
            noteReach(in: .v6, .r1)
            code.jump(to: stored)
            code.bind(mapped)
            storeShortAddress(in: .mapped, .r4)
            code.bind(stored)
        }
        code.store(.double, Stack.transport, .r7)
    }

    /// `first` = the two words, as they follow each other in memory.
    private mutating func joinWords(_ first: Register, _ second: Register) {
        code.compute(first, .shiftLeft, Eightfold.place(0, 4))
        code.compute(second, .shiftLeft, Eightfold.place(4, 4))
        code.compute(first, .or, second)
    }

    /// Stores the address of four bytes in `word`, and twelve of 0.
    private mutating func storeShortAddress(in space: AddressSpace, _ word: Register) {
        code.compute(word, .shiftLeft, Eightfold.place(0, 4))
        code.store(.double, Stack.address, word)
        code.store(.double, Stack.address + 8, 0)
        noteReach(in: space, word)
    }

    /// Puts space and scope into r7; `bits` is 0 for a wildcard.
    private mutating func noteReach(in space: AddressSpace, _ bits: Register) {
        let specific = code.label("specific")
        code.moveWide(.r5, Eightfold.field(space.rawValue, 4, 2))
        code.compute(.r7, .or, .r5)
        code.jump(bits, .notEqual, 0, to: specific)
        code.moveWide(.r5, Eightfold.field(1, 6, 2))
        code.compute(.r7, .or, .r5)
        code.bind(specific)
    }

    // MARK: - Asking

    /// r9 = user and group. If the fields of the task are known, the event gets all that it says of it on the way.
    private mutating func identify() {
        guard let task = options.task else {
            code.call(.userAndGroup)
            code.move(.r9, .r0)
            return
        }
        code.remark("the task")
        code.call(.task)
        code.load(.r1, .double, .r0, task.credentials)
        code.load(.r9, .word, .r1, task.group)
        code.compute(.r9, .shiftLeft, 32)
        code.load(.r1, .word, .r1, task.user)
        code.compute(.r9, .or, .r1)
        if options.audits { describe(task) }
    }

    /// Goes to `granted` with the value in r8, or falls through if nothing allows the address.
    private mutating func askForAddress(granted: Label) {
        code.remark("the rules")
        guard family == .v6 else {
            ask(keeping: true) { code in code.jump(to: granted) }
            return
        }
        let denied = code.label("denied")
        // r7: whether IPv6 is allowed, so that IPv4 alone is missing.
        code.move(.r7, 0)
        ask(keeping: true) { code in
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
        ask(keeping: false) { code in code.jump(to: granted) }
        code.store(.half, Stack.space, Int32(AddressSpace.v6.rawValue))
        code.bind(denied)
    }

    /// Goes to `granted` if the socket takes IPv6 alone. Without `IPV6_V6ONLY` in sight no socket does.
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

    /// Asks the policy map for each identity. `found` comes where one allows; `keeping` puts its value into r8.
    private mutating func ask(keeping: Bool, _ found: (inout Assembler) -> Void) {
        for kind in asked {
            let (next, valid) = (code.label("next"), code.label("valid"))
            lookUp(kind)
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
    }

    /// r0 = what the policy map says of the key on the stack, for the user, the group or everyone.
    private mutating func lookUp(_ kind: PolicyKey.Kind) {
        code.moveWide(.r1, Eightfold.field(kind.rawValue, 0, 4))
        switch kind {
        case .everyone: break
        case .user, .confinedUser: code.moveLow(.r2, .r9)
        case .group, .confinedGroup:
            code.move(.r2, .r9)
            code.compute(.r2, .shiftRight, 32)
        }
        if kind != .everyone {
            code.compute(.r2, .shiftLeft, Eightfold.place(4, 4))
            code.compute(.r1, .or, .r2)
        }
        code.store(.double, Stack.kind, .r1)
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(Stack.key))
        code.moveMap(.r1, .policy)
        code.call(.mapLookup)
    }

    /// r7 = refused or left. r8 = 0.
    private mutating func refuseConfined() {
        code.remark("confinement")
        let (refused, done) = (code.label("refused"), code.label("confined"))
        code.move(.r8, 0)
        let kinds = [PolicyKey.Kind.confinedUser, .confinedGroup].filter(table.has)
        if table.confinesRoot || table.confinesEveryone || !kinds.isEmpty {
            code.move(.r7, BindOutcome.left.rawValue)
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
