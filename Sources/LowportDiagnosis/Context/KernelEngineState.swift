// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// The state of the kernel engine for a process.
enum KernelEngineState: Hashable, Sendable {
    /// The engine is not enabled.
    case off
    /// The engine is enabled, for another control group or network namespace.
    case elsewhere
    /// The engine enforces an older policy on the process: that before the last change of the files.
    case outdated
    /// The engine enforces the policy on the process; `isComplete` is whether it has all of the policy.
    case holds(isComplete: Bool)

    /// The state for the process `identifier`; nil stands for this process and what it starts.
    static func current(for identifier: Int32?) -> KernelEngineState {
        guard let notice = EngineState.current() else { return .off }
        let name = BindingProcess.directory(of: identifier)
        guard let groups = try? FileDescriptor.open("/proc/\(name)/cgroup", .readOnly).readToEnd(limit: 65536) else {
            return .elsewhere
        }
        let isOurNetwork = Namespaces.shareNetwork("self", name) != false
        let network = isOurNetwork ? try? networkNamespaceCookie() : nil
        guard notice.holds(for: ByteString(groups), network: network) else { return .elsewhere }
        return notice.isCurrent ? .holds(isComplete: notice.isComplete) : .outdated
    }

    /// The state for the program of `unit` once it is started.
    static func current(for unit: ServiceUnit) -> KernelEngineState {
        guard let notice = EngineState.current() else { return .off }
        let network = unit.network == .machine ? try? networkNamespaceCookie() : nil
        guard notice.holds(for: unit.controlGroup, network: network) else { return .elsewhere }
        return notice.isCurrent ? .holds(isComplete: notice.isComplete) : .outdated
    }

    /// Whether the kernel lets the process bind what `decision` is about, without a wrapper.
    func allows(_ decision: Decision) -> Bool {
        guard case .holds(let isComplete) = self, decision.isAllowed else { return false }
        return isComplete || decision.source?.traits.isWhollyInKernel == true
    }
}
