// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// `lowport enforce enable`.
struct EnforceEnable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Bring the rules into the kernel and keep them there.",
        discussion: """
            They stay until `lowport enforce disable` or the next reboot;
            nothing has to run. Enabling again applies the rules again. Files with
            errors allow nothing, and the users that they confined stay confined; then
            the status is 65.
            """
    )

    @Option(help: "Hold only this control group and those below it to the rules.", completion: .directory)
    var cgroup: BytesArgument?

    @Flag(help: "Hold in all network namespaces, and not in this one alone: containers get the rules, too.")
    var allNamespaces = false

    func run() throws {
        let outcome = try enforcing { () throws(EnforcementError) in
            let network = allNamespaces ? nil : try KernelEngine.currentNetwork()
            return try KernelEngine.enable(cgroup: cgroup?.bytes, network: network) { .ofSystem() }
        }
        if let cgroup, let user = ControlGroups.stranger(above: cgroup.bytes) {
            printError(
                "note: processes may be moved out of \(cgroup.bytes): a group above it is uid \(user)'s to change"
            )
        }
        try finish(outcome)
    }
}

/// `lowport enforce disable`.
struct EnforceDisable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Take the rules out of the kernel."
    )

    func run() throws {
        let done = try enforcing { () throws(EnforcementError) in try KernelEngine.disable() }
        if done.wasEnabled { ChangeLog.write("the kernel engine is disabled", isWhole: done.shortfalls.isEmpty) }
        if !done.wasEnabled { try printOut("unchanged: the kernel engine is not enabled") }
        if let shortfall = done.shortfalls.first {
            throw failure("nothing is enforced any more, but \(shortfall)", status: Status.system)
        }
    }
}

/// `lowport enforce reload`.
struct EnforceReload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Put the rules as they are now in the place of those in the kernel.",
        discussion: """
            `lowport grant` and `lowport revoke` do this by themselves. It is needed after
            the rules were edited by hand, and after members of groups changed. If the
            rules have errors, the kernel keeps what it has, and the status is 65.
            """
    )

    func run() throws {
        let outcome = try enforcing { () throws(EnforcementError) in
            let outcome = try KernelEngine.reload(.refused) { .ofSystem() }
            if outcome.isStale { throw EnforcementError.stale }
            return outcome
        }
        try finish(outcome)
    }
}

/// Reports what the kernel cannot have of the policy, and throws the exit status if anything is wrong.
private func finish(_ outcome: KernelEngine.Outcome) throws {
    ChangeLog.write(outcome)
    for diagnostic in outcome.reading.policy.leftOut {
        printError("lowport: \(diagnostic): left to authbind and lowport run")
    }
    for diagnostic in outcome.reading.idleProgramRules { printError(message: "lowport: \(diagnostic)") }
    if !outcome.isWhole { throw outcome.reported() }
}

/// Runs `body`; an error is printed and becomes the exit status.
@discardableResult
func enforcing<Value: ~Copyable>(_ body: () throws(EnforcementError) -> Value) throws -> Value {
    do throws(EnforcementError) { return try body() } catch { throw error.reported() }
}

extension EnforcementError {
    /// Prints the error, and returns the exit status.
    func reported() -> ExitCode {
        switch self {
        case .notPermitted: failure(byteString, hint: "run it as root, with sudo", status: Status.notPermitted)
        case .cannotSeeAttached:
            failure(byteString, hint: "run it as root, outside of containers", status: Status.notPermitted)
        case .lacking: failure(byteString, hint: "use `lowport run` instead", status: Status.unavailable)
        case .refusedByVerifier(let log):
            failure(
                byteString,
                details: log.split(on: UInt8(ascii: "\n")).map { Message($0) },
                hint: "use `lowport run` instead",
                status: Status.unavailable
            )
        case .notEnabled: failure(byteString, hint: "sudo lowport enforce enable", status: Status.no)
        case .enabledOtherwise, .stale:
            failure(byteString, hint: "sudo lowport enforce disable", status: Status.configuration)
        case .foreign:
            failure(byteString, hint: "look at it, then: sudo lowport enforce disable", status: Status.configuration)
        case .notControlGroup: failure(byteString, status: Status.usage)
        case .obstacle(KernelEngine.directory, _, .some):
            failure(
                byteString,
                hint: "look at what is in it, then: \("sudo rm -r /sys/fs/bpf/lowport" as ShellCommand)",
                status: Status.configuration
            )
        case .obstacle:
            failure(byteString, hint: "examine it, and remove it if it is not needed", status: Status.configuration)
        case .incomplete, .orphaned:
            failure(byteString, hint: "sudo lowport enforce disable", status: Status.configuration)
        case .invalidPolicy(let errors, _): reportErrors(errors, byteString)
        case .busy, .failed: failure(byteString, status: Status.system)
        }
    }
}
