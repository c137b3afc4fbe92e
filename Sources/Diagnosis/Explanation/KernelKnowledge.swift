// SPDX-License-Identifier: Apache-2.0
internal import Launch
internal import Linux
internal import PortPolicy

/// What the kernel engine has to do with a process.
public enum KernelEngineState: Hashable, Sendable {
    /// It is not enabled.
    case off
    /// It is enabled, for another control group or network namespace.
    case elsewhere
    /// It holds the process to the policy as it was before the last change of the files.
    case outdated
    /// It holds the process to the policy; whether it knows all of it.
    case holds(isComplete: Bool)

    /// The state for the process `identifier`; nil is this one, and what it starts.
    static func current(for identifier: Int32?) -> KernelEngineState {
        guard let notice = EnforcementNotice.current() else { return .off }
        let name: ByteString = identifier.map { "\($0)" } ?? "self"
        guard let groups = try? FileDescriptor.open("/proc/\(name)/cgroup", .readOnly).readToEnd(limit: 65536) else {
            return .elsewhere
        }
        let isOurNetwork = Namespaces.shareNetwork("self", name) != false
        let network = isOurNetwork ? try? networkNamespaceCookie() : nil
        guard notice.holds(for: ByteString(groups), network: network) else { return .elsewhere }
        return notice.isCurrent ? .holds(isComplete: notice.isComplete) : .outdated
    }
}

extension Situation {
    /// Whether the kernel lets the process bind the port with nothing in front of it.
    var isAllowedByKernel: Bool {
        guard case .holds(let isComplete) = kernel, decision.isAllowed else { return false }
        return isComplete || decision.source?.traits.isWhollyInKernel == true
    }

    private var titleOfSource: ByteString { decision.source?.traits.title ?? "the policy" }

    /// What the kernel engine says.
    var kernelFinding: Finding {
        switch kernel {
        case .off: Finding("kernel", .informs, "the kernel engine is not enabled")
        case .elsewhere:
            Finding("kernel", .informs, "the kernel engine is enabled for another control group or network namespace")
        case .outdated: Finding("kernel", decision.isAllowed ? .refuses : .informs, Self.outdated)
        case .holds where isAllowedByKernel:
            Finding("kernel", .allows, "the kernel engine lets it bind the port, with nothing in front of it")
        case .holds where decision.isAllowed:
            Finding("kernel", .refuses, "the kernel engine does not know this part of \(titleOfSource)")
        case .holds: Finding("kernel", .refuses, "the kernel engine knows nothing that allows it")
        }
    }

    static let outdated: ByteString = "the kernel holds the policy as it was before the files last changed"

    /// Who is confined is refused by the kernel, whatever else they have.
    var confinementObstacle: Finding? {
        guard case .holds = kernel, let place = decision.confinement, !isPlain, !isAllowedByKernel else { return nil }
        return Finding(
            "confinement",
            .blocks,
            "\(place) confines \(user) to what the kernel knows to be allowed, even with CAP_NET_BIND_SERVICE"
        )
    }

    /// What brings the files into the kernel again.
    var reloadRemedy: [Remedy] {
        guard kernel == .outdated, decision.isAllowed else { return [] }
        return [
            Remedy("sudo lowport enforce reload", "brings the policy as it is now into the kernel")
        ]
    }
}
