// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The family of the sockets that a program is called for.
package enum BindFamily: Sendable, CaseIterable {
    case v4, v6
}

extension PolicyTable {
    /// Returns the program for `cgroup/bind4` or `cgroup/bind6` that implements this table.
    ///
    /// The program returns 3 if a rule allows the bind, so that it needs no capability; 0 if no rule allows the bind
    /// and the process is confined, so that it fails with EPERM; and 1 otherwise, so that the kernel's own check
    /// decides.
    package func program(for family: BindFamily, _ options: ProgramOptions) -> AssembledProgram {
        var program = BindProgram(table: self, family: family, options: options)
        program.assemble()
        return program.finish()
    }
}

/// Generates the program.
///
/// r6 is the context. r7 holds protocol, port, space and scope until they are in the key, then the outcome. r8 holds
/// the value that allowed the bind. r9 holds user and group until they are in the event, then the statistics.
struct BindProgram: ~Copyable {
    let table: PolicyTable
    let family: BindFamily
    let options: ProgramOptions
    /// The principals that have entries, in lookup order.
    let asked: [PolicyKey.Kind]
    /// The principals that have entries for a program.
    let askedByProgram: [PolicyKey.Kind]
    var code = Assembler()

    init(table: PolicyTable, family: BindFamily, options: ProgramOptions) {
        self.table = table
        self.family = family
        self.options = options
        let kinds: [PolicyKey.Kind] = [.user, .group, .everyone]
        asked = kinds.filter(table.has)
        askedByProgram = options.program == nil ? [] : kinds.filter(table.hasProgram)
    }

    consuming func finish() -> AssembledProgram { code.finish() }

    mutating func assemble() {
        let (pass, granted) = (code.label("pass"), code.label("granted"))
        let (finish, end) = (code.label("finish"), code.label("end"))
        code.move(.r6, .r1)
        leaveUnprivileged(to: pass)
        leaveOtherNetworks(to: pass)
        leaveOtherGroups(to: pass)
        findTransportAndPort()
        storeKey()
        identify()
        findProgram()
        // The verifier rejects unreachable instructions: without rules, no jump leads to `granted`.
        if asked.isEmpty, askedByProgram.isEmpty {
            refuseConfined()
        } else {
            lookUpAddress(granted: granted)
            refuseConfined()
            code.jump(to: finish)
            code.bind(granted)
            code.move(.r7, BindOutcome.granted.rawValue)
            if confinesPrograms { narrow(to: finish) }
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

    /// A rule for a confined program says how far its capability goes, and stands for none.
    private mutating func narrow(to finish: Label) {
        let wide = code.label("wide")
        code.load(.r1, .double, .frame, Stack.narrowed)
        code.jump(.r1, .equal, 0, to: wide)
        code.move(.r7, BindOutcome.left.rawValue)
        code.jump(to: finish)
        code.bind(wide)
    }

    // MARK: - Binds outside the policy

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

    /// The kernel selects programs by the control group in which the socket was created. The policy applies to the
    /// control group of the task that binds.
    private mutating func leaveOtherGroups(to pass: Label) {
        guard let group = options.group else { return }
        code.remark("tasks of other control groups")
        code.move(.r1, group.level)
        code.call(.ancestorGroup)
        code.moveWide(.r1, group.inode)
        code.jump(.r0, .notEqual, .r1, to: pass)
    }

    // MARK: - The caller

    /// r9 = user and group. If the offsets in the task structure are known, the event's task fields are filled in as
    /// well.
    private mutating func identify() {
        guard let task = options.task else {
            code.call(.userAndGroup)
            code.move(.r9, .r0)
            return
        }
        code.remark("the task")
        code.call(.task)
        code.load(.r1, .double, .r0, task.credentials)
        if options.audits { keepCredentials(in: .r1) }
        code.load(.r9, .word, .r1, task.group)
        code.compute(.r9, .shiftLeft, 32)
        code.load(.r1, .word, .r1, task.user)
        code.compute(.r9, .or, .r1)
        if options.audits { describe(task) }
    }
}
