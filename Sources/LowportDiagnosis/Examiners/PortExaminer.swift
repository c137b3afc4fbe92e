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
                ? Finding(.port, .informs, "the process itself has it already, on \(holder.socket.local)")
                : Finding(.port, .blocks, "the port is taken on \(holder.socket.local) by \(holder.name)")
        }
    }

    private func isProcessItself(_ holder: PortHolder, _ context: BindContext) -> Bool {
        guard let identifier = context.process.identifier else { return false }
        return holder.processes.contains { $0.identifier == identifier }
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard let holder = holders.first(where: { !isProcessItself($0, context) }) else { return [] }
        return [Remedy(.unblock, advice: holder.advice)]
    }
}

extension PortExaminer {
    init(lookingAt context: BindContext) { holders = PortHolder.all(context) }
}
