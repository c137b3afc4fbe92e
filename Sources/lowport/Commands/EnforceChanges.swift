// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import KernelPolicy
internal import Linux
internal import PortPolicy

/// `lowport enforce enable`.
struct EnforceEnable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Bring the rules into the kernel and keep them there.",
        discussion: """
            They stay until `lowport enforce disable` or the next start of the machine;
            nothing has to run. Enabling again applies the rules again. Files with
            errors allow nothing, and whom they confined stays confined; then the status
            is 65.
            """
    )

    @Option(help: "Hold only this control group and those below it to the rules.", completion: .directory)
    var cgroup: BytesArgument?

    @Flag(help: "Hold in all network namespaces, and not in this one alone: containers get the rules, too.")
    var allNamespaces = false

    func run() throws {
        let policy = policyForKernel()
        try enforcing { () throws(EnforcementError) in
            let network = allNamespaces ? nil : try KernelEngine.currentNetwork()
            let done = try KernelEngine.enable(
                policy,
                names: SystemPolicyNames(),
                cgroup: cgroup?.bytes,
                network: network
            )
            return done
        }
    }
}

/// `lowport enforce disable`.
struct EnforceDisable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Take the rules out of the kernel."
    )

    func run() throws {
        let wasEnabled = try enforcing { () throws(EnforcementError) in try KernelEngine.disable() }
        if !wasEnabled { try say("unchanged: the kernel engine is not enabled") }
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
        let policy = policyForKernel()
        try enforcing { () throws(EnforcementError) in
            try KernelEngine.reload(policy, names: SystemPolicyNames())
        }
    }
}

/// The policy of the files once they stay as they are; what of the authbind tree the kernel cannot have is named on
/// standard error.
func policyForKernel() -> EnforcedPolicy {
    let policy = EnforcedPolicy.ofSystem(settles: true)
    for concern in policy.authbind.leftOut {
        note("lowport: \(concern): left to authbind and lowport run")
    }
    return policy
}

/// Runs `body`, and says why if the kernel does not do it.
@discardableResult
func enforcing<Value: ~Copyable>(_ body: () throws(EnforcementError) -> Value) throws -> Value {
    do throws(EnforcementError) { return try body() } catch { throw error.reported() }
}

extension EnforcementError {
    /// Says what went wrong, and returns the status to end with.
    func reported() -> ExitCode {
        switch self {
        case .notPermitted: failure(byteString, hint: "run it as root, with sudo", status: Status.notPermitted)
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
        case .rulesHaveErrors(let errors, _), .confinementIsUnknown(let errors), .enforcedWithErrors(let errors):
            failure(byteString, details: errors, hint: "lowport check", status: Status.badRules)
        case .notControlGroup: failure(byteString, status: Status.usage)
        case .failed: failure(byteString, status: Status.system)
        }
    }
}
