// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// The health of each permission source.
enum PolicyHealth {
    static func findings() -> [HealthDiagnostic] {
        PolicySource.allCases.flatMap { source in
            let (health, subject) = (source.health, source.traits.name.description)
            return health.errors.isEmpty
                ? [HealthDiagnostic(subject, .ok, health.summary)]
                : health.errors.map { HealthDiagnostic(subject, .error, $0.text, remedy: $0.remedy) }
        }
    }
}
