// SPDX-License-Identifier: Apache-2.0
internal import Launch
internal import Linux
internal import PortPolicy

/// What the kernel engine has to do with a process.
enum KernelEngineState: Hashable, Sendable {
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

    /// Whether the kernel lets the process bind what `decision` is about, without a wrapper.
    func allows(_ decision: Decision) -> Bool {
        guard case .holds(let isComplete) = self, decision.isAllowed else { return false }
        return isComplete || decision.source?.traits.isWhollyInKernel == true
    }
}
