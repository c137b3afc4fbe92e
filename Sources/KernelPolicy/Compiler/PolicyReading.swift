// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// A policy compiled, with what is wrong with it, and whom faults would free if nothing were kept.
struct PolicyReading {
    /// The entries for the kernel: whoever was confined by what cannot be read or looked up now stays confined.
    let table: PolicyTable
    /// What is wrong; empty for a policy that is whole.
    let errors: [Message]
    /// Whether lines that confine may be missing, since their file cannot be read and nothing was kept of it.
    let mayFree: Bool

    /// Compiles `policy` for the ports below `limit`.
    init(_ policy: EnforcedPolicy, limit: Port, names: some PolicyNames, kept: ConfinementStore.Kept) {
        var table = PolicyTable(policy, limit: limit, names: names)
        var errors = policy.errors
        for (confinement, location) in table.unresolved {
            errors.append("\(location): \(confinement): nobody has that name")
        }
        let hasFaultyFiles = policy.isUnstable || !policy.faultyFiles.isEmpty || !policy.refusals.isEmpty
        switch kept {
        case .none: mayFree = hasFaultyFiles
        case .unusable(let reason):
            errors.append(Message(reason))
            mayFree = hasFaultyFiles
        case .record(let record):
            mayFree = false
            let unresolved = Set(table.unresolved.map(\.confinement))
            let emptied = Set(policy.rules.files.filter(\.content.isEmpty).map(\.path))
            for file in emptied.sorted() where record.entries.contains(where: { $0.file == file }) {
                errors.append("\(file): is empty, and confined somebody; to end that, remove the file")
            }
            table.keep(
                record.entries.filter {
                    policy.isFaulty($0.file) || unresolved.contains($0.confinement) || emptied.contains($0.file)
                }
            )
        }
        self.table = table
        self.errors = errors
    }
}
