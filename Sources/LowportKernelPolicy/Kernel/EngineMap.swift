// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The maps that outlive a policy, in the order of their IDs in the settings.
enum EngineMap: Int, CaseIterable {
    /// The bind events that the programs record.
    case events
    /// How often each rule allowed a bind, by a counter index from `counterNumbers`.
    case counters
    /// The counter indices, by the digests of the rules.
    case counterNumbers
    case statistics
    /// The names of rules files, by the numbers that stand for them in events.
    case sources
    case settings

    /// The properties of a map in the kernel.
    struct Layout {
        let pin: ByteString
        let kind: BpfMapKind
        /// The name of the map in the kernel, which appears in listings of maps.
        let name: ByteString
        /// The sizes of a key and of a value in bytes.
        let key: Int
        let value: Int
        /// The maximum number of entries; for the ring buffer, its size in bytes.
        let capacity: Int
    }

    /// The number of counters; the last four count binds that are left to the kernel, by `KernelCheck`.
    static let counterCount = 1 << 16
    /// The number of counters for rules; further rules share counter 0, which is never read.
    static let ruleCounterCount = counterCount - 4
    /// The size in bytes of a rules file's name, including the NUL at the end.
    static let pathSize = 256

    var layout: Layout {
        switch self {
        case .events:
            Layout(pin: "events", kind: .ringBuffer, name: "lowport_events", key: 0, value: 0, capacity: 1 << 20)
        case .counters:
            Layout(
                pin: "counters",
                kind: .array,
                name: "lowport_counter",
                key: 4,
                value: 8,
                capacity: Self.counterCount
            )
        case .counterNumbers:
            Layout(pin: "rules", kind: .hash, name: "lowport_rules", key: 8, value: 4, capacity: Self.counterCount)
        case .statistics:
            Layout(
                pin: "statistics",
                kind: .array,
                name: "lowport_stats",
                key: 4,
                value: StatisticsLayout.size,
                capacity: 1
            )
        case .sources:
            Layout(pin: "sources", kind: .hash, name: "lowport_sources", key: 4, value: Self.pathSize, capacity: 4096)
        case .settings:
            Layout(
                pin: "settings",
                kind: .array,
                name: "lowport_setting",
                key: 4,
                value: EngineSettings.size,
                capacity: 1
            )
        }
    }

    static let pins: [ByteString] = allCases.map(\.layout.pin)
}
