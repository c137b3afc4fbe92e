// SPDX-License-Identifier: Apache-2.0
import LowportLinux

/// A function of Linux that makes a system call, so that a plan can have the call fail.
///
/// The kernel is never asked while the plan is there. So none of the arguments mean anything, and nothing is changed.
struct Wrapper {
    /// `File.function.call`, as `SourceScan.wrappers` has it.
    let name: String
    let call: SystemCall
    /// Whether an interrupted call is made again.
    let isRetried: Bool
    /// Calls it.
    let body: () throws -> Void

    init(_ name: String, _ call: SystemCall, isRetried: Bool = true, _ body: @escaping () throws -> Void) {
        self.name = name
        self.call = call
        self.isRetried = isRetried
        self.body = body
    }

    /// No descriptor.
    static let nowhere = InheritedDescriptor(-1)

    /// All of them.
    static var all: [Wrapper] { files + memory + network + processes + identities + notifications + bpf }

    /// Those that cannot be tried here, each with the reason.
    static let untried: [String: String] = [
        "Confinement.init.setIdentity": "a process of root keeps its identity",
        "AmbientStart.become.setIdentity": "gives up the capabilities of the thread before",
        "Impersonation.withRealIdentity.setIdentity": "changes the groups of the process before",
        "Connect.peek.receive": "asks poll(2) before, or says nothing",
        "DatagramQueue.transmit.sendMessage": "what the kernel does not accept is lost",
        "DatagramQueue.sendOneByOne.sendMessage": "what the kernel does not accept is lost",
        "Fork.collect.wait": "says nothing",
        "LimitedOutput.limitedOutput.fork": "every error means that there is no output",
        "Fork.detach.wait": "forks before", "Trial.end.wait": "forks before", "Trial.endState.wait": "forks before",
        "CapturedOutput.wait.wait": "starts a program before",
        "ForegroundProgram.runInForeground.wait": "changes what the process does about signals before",
        "ChildChanges.exists.kill": "every error but ESRCH is of a process that exists",
        "HeldSignals.forward.kill": "needs a signal that has come",
        "HeldSignals.listen.open": "changes what the process does about signals before",
        "ProcessGroups.setForeground.setIdentity": "needs a terminal",
        "Move.enlargePipe.fcntl": "asks for the size before",
        "Fork.keepOnly.fcntl": "closes the descriptors of the process before",
    ]
}

extension Wrapper {
    /// Calls `body` with a program of BPF that was loaded without a plan.
    static func withProgram(_ body: (borrowing BpfProgram) throws -> Void) throws {
        let plan = FaultPlan.current
        try FaultPlan.$current.withValue(nil) {
            // r0 = 1; exit.
            let code: [UInt64] = [0x1_0000_00B7, 0x95]
            let program = try BpfProgram(code, for: .binds(.bind4), name: "lowport_test", license: "Apache-2.0")
            try FaultPlan.$current.withValue(plan) { try body(program) }
        }
    }

    /// Calls `body` with a queue of events that was created without a plan.
    static func withEventQueue(_ body: (borrowing EventQueue) throws -> Void) throws {
        let plan = FaultPlan.current
        try FaultPlan.$current.withValue(nil) {
            let queue = try EventQueue()
            try FaultPlan.$current.withValue(plan) { try body(queue) }
        }
    }

    /// Whether this process may load one.
    static let canLoadPrograms: Bool = (try? withProgram { _ in }) != nil

    /// Calls `body` with this thread, held without a plan.
    static func withHeldThread(_ body: (borrowing HeldThread) throws -> Void) throws {
        let plan = FaultPlan.current
        try FaultPlan.$current.withValue(nil) {
            let held = try HeldThread(CurrentProcess.identifier)
            try FaultPlan.$current.withValue(plan) { try body(held) }
        }
    }

    /// Throws the error in what `body` throws of a program.
    static func refusal(_ body: () throws(BpfLoadError) -> Void) throws(Errno) {
        do throws(BpfLoadError) { try body() } catch { throw error.error }
    }

    /// Throws EIO if `isFailure`: for functions that make of every error an answer.
    static func answer(_ isFailure: Bool) throws(Errno) {
        if isFailure { throw .inputOutput }
    }
}
