// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Whether another socket has the port.
struct PortExaminer: Examiner {
    static let role = Role.circumstance

    /// The holders of the port.
    var holders: [PortHolder] = []

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        holders.map { holder in
            isProcessItself(holder, context)
                ? Finding(.port, .informs, "\(context.itself) has it already, on \(holder.socket.local)")
                : Finding(.port, .blocks, "the port is taken on \(holder.socket.local) by \(holder.name)")
        }
    }

    private func isProcessItself(_ holder: PortHolder, _ context: BindContext) -> Bool {
        if let unit = context.unit {
            let isSocket = unit.idleSocket(for: context.request) != nil && holder.isOfManager
            return holder.isOf(unit) || isSocket || unit.socket(for: context.request) != nil
        }
        guard let identifier = context.process.identifier else { return false }
        return holder.processes.contains { $0.identifier == identifier }
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard let holder = holders.first(where: { !isProcessItself($0, context) }) else { return [] }
        return [Remedy(.unblock, advice: holder.advice)]
    }
}

extension PortExaminer {
    init(lookingAt context: BindContext) {
        if let unit = context.unit, unit.network != .machine { return }
        holders = PortHolder.all(context)
    }
}

extension BindContext {
    /// The words for what binds, if it has the port already.
    fileprivate var itself: ByteString { unit == nil ? "the process itself" : "the service itself, or its socket," }
}

extension PortHolder {
    /// Whether the processes that have the socket are those of `unit`, which runs.
    fileprivate func isOf(_ unit: ServiceUnit) -> Bool {
        !processes.isEmpty
            && processes.allSatisfy { $0.service == .service(unit.name.text) }
    }

    /// Whether the service manager has the socket, for a unit that was started by hand.
    fileprivate var isOfManager: Bool { processes.contains { $0.identifier == 1 } }
}
