// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// What says who may bind what: each source of permission.
enum PolicyHealth {
    static func findings() -> [HealthFinding] {
        PolicySource.allCases.flatMap { source in
            let (health, subject) = (source.health, source.traits.name.description)
            return health.defects.isEmpty
                ? [HealthFinding(subject, .ok, health.summary)]
                : health.defects.map { HealthFinding(subject, .fault, $0.text, remedy: $0.remedy) }
        }
    }
}
