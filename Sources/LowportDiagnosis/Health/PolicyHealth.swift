// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// The health of each permission source.
enum PolicyHealth {
    static func findings() -> [HealthDiagnostic] {
        PolicySource.allCases.flatMap { source in
            let (health, subject) = (source.health, source.traits.name.description)
            let state =
                health.errors.isEmpty
                ? [HealthDiagnostic(subject, .ok, health.summary)]
                : health.errors.map { HealthDiagnostic(subject, .error, $0.text, remedy: $0.remedy) }
            return state + useless(source, subject)
        }
    }

    /// The entries that nobody can use.
    private static func useless(_ source: PolicySource, _ subject: String) -> [HealthDiagnostic] {
        let inventory = source.inventory(at: Timestamp(rawValue: WallClock.seconds), doubts: .useless)
        let lines = inventory.diagnostics.filter { $0.gravity == .warning && $0.line != nil }
        guard let first = lines.first else { return [] }
        let rest: ByteString = lines.count == 1 ? "" : ", and \(lines.count - 1) more such lines"
        return [
            HealthDiagnostic(subject, .note, "\(first.asMessage.original)\(rest)", remedy: "lowport check")
        ]
    }
}
