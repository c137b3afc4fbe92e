// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The moments at which the origin of a process's capability changes: tracepoints of the kernel.
enum OriginMoment: CaseIterable {
    case exec, fork, exit

    /// The name of the tracepoint.
    var tracepoint: ByteString {
        switch self {
        case .exec: "sched_process_exec"
        case .fork: "sched_process_fork"
        case .exit: "sched_process_exit"
        }
    }

    /// The name of the pin.
    var pin: ByteString {
        switch self {
        case .exec: "exec"
        case .fork: "fork"
        case .exit: "exit"
        }
    }
}

/// Generates the programs that keep the map of origins.
///
/// A program that got `CAP_NET_BIND_SERVICE` by its file can hand it on: as an ambient capability to whatever it executes
/// (capabilities(7)), to its children, and it can have its memory say that it executes another file
/// (`PR_SET_MM_MAP`, prctl(2)). The origin stays the same in all of these cases. It does not depend on the rules, and so
/// the programs stay when these change.
///
/// r6 and r7 are the argument's pointers.
struct OriginProgram: ~Copyable {
    private let fields: OriginFields
    private let program: ProgramFields
    private var code = Assembler()

    private static let key: Int16 = -8
    private static let childKey: Int16 = -4
    private static let value: Int16 = -24

    /// Returns the program for `moment`.
    static func program(
        for moment: OriginMoment,
        _ fields: OriginFields,
        _ program: ProgramFields
    ) -> AssembledProgram {
        var generator = OriginProgram(fields: fields, program: program)
        switch moment {
        case .exec: generator.followExec()
        case .fork: generator.followFork()
        case .exit: generator.followExit()
        }
        return generator.code.finish()
    }

    private init(fields: OriginFields, program: ProgramFields) {
        self.fields = fields
        self.program = program
    }

    /// `sched_process_exec(task, …)`: the new program has its credentials already.
    private mutating func followExec() {
        let (forget, end) = (code.label("forget"), code.label("end"))
        code.load(.r6, .double, .r1, 0)
        code.load(.r7, .double, .r6, fields.credentials)
        storeProcess(of: .r6, at: Self.key)
        code.remark("root, and who is root in a user namespace, has it not by a file")
        for user in [fields.user, fields.effectiveUser] {
            code.load(.r1, .word, .r7, user)
            code.jump(.r1, .equal, 0, to: forget)
        }
        code.load(.r1, .double, .r7, fields.userNamespace)
        code.load(.r1, .double, .r1, fields.parent)
        code.jump(.r1, .notEqual, 0, to: forget)
        code.remark("the capability: by whoever executed it, or by the file")
        loadCapability(fields.permittedSet)
        code.jump(.r1, .equal, 0, to: forget)
        loadCapability(fields.ambientSet)
        code.jump(.r1, .notEqual, 0, to: end)
        code.storeExecutable(of: .r6, program, at: Self.value, otherwise: forget)
        storeOrigin(at: Self.key, end: end)
        code.bind(forget)
        removeOrigin(at: Self.key)
        code.bind(end)
        finish()
    }

    /// `sched_process_fork(parent, child)`: the child has not run yet.
    private mutating func followFork() {
        let (none, end) = (code.label("none"), code.label("end"))
        code.load(.r6, .double, .r1, 0)
        code.load(.r7, .double, .r1, 8)
        storeProcess(of: .r6, at: Self.key)
        code.move(.r3, .r1)
        storeProcess(of: .r7, at: Self.childKey)
        code.remark("a thread")
        code.jump(.r1, .equal, .r3, to: end)
        lookUp(at: Self.key)
        code.jump(.r0, .equal, 0, to: none)
        for half in [0, 8] as [Int16] {
            code.load(.r1, .double, .r0, half)
            code.store(.double, Self.value + half, .r1)
        }
        storeOrigin(at: Self.childKey, end: end)
        code.bind(none)
        // What an earlier process with this number left behind.
        removeOrigin(at: Self.childKey)
        code.bind(end)
        finish()
    }

    /// `sched_process_exit(task, …)`: the task counts no longer as a thread of its process.
    private mutating func followExit() {
        let end = code.label("end")
        code.load(.r6, .double, .r1, 0)
        code.load(.r1, .double, .r6, fields.signals)
        code.load(.r1, .word, .r1, fields.threads)
        code.jump(.r1, .notEqual, 0, to: end)
        storeProcess(of: .r6, at: Self.key)
        removeOrigin(at: Self.key)
        code.bind(end)
        finish()
    }

    // MARK: - Parts

    private mutating func finish() {
        code.move(.r0, 0)
        code.exit()
    }

    /// r1 = the process ID of `task`, which is stored as a key.
    private mutating func storeProcess(of task: Register, at key: Int16) {
        code.load(.r1, .word, task, fields.process)
        code.store(.word, key, .r1)
    }

    /// r1 = nonzero if the set at `offset` in the credentials has the capability.
    private mutating func loadCapability(_ offset: Int16) {
        code.load(.r1, .word, .r7, offset)
        code.compute(.r1, .and, 1 << Int32(Capability.netBindService.rawValue))
    }

    private mutating func passKey(_ key: Int16) {
        code.moveMap(.r1, .origins)
        code.move(.r2, .frame)
        code.compute(.r2, .add, Int32(key))
    }

    private mutating func lookUp(at key: Int16) {
        passKey(key)
        code.call(.mapLookup)
    }

    private mutating func removeOrigin(at key: Int16) {
        passKey(key)
        code.call(.mapDelete)
    }

    /// Stores the value on the stack; if there is no room, notes that a process is missing.
    private mutating func storeOrigin(at key: Int16, end: Label) {
        passKey(key)
        code.move(.r3, .frame)
        code.compute(.r3, .add, Int32(Self.value))
        code.move(.r4, 0)
        code.call(.mapUpdate)
        code.jump(.r0, .equal, 0, to: end)
        code.store(.word, key, OriginLayout.overflow)
        lookUp(at: key)
        code.jump(.r0, .equal, 0, to: end)
        code.move(.r1, 1)
        code.store(.double, .r0, 0, .r1)
        code.jump(to: end)
    }
}
