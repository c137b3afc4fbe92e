// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The maps that outlive a policy, in the order in which the settings have their numbers.
enum EngineMap: Int, CaseIterable {
    /// What the programs tell of binds.
    case events
    /// How often each rule allowed a bind, by a number that `counterNumbers` knows.
    case counters
    /// The numbers of the counters, by the digests of the rules.
    case counterNumbers
    case statistics
    /// The names of rules files, by the numbers that stand for them in events.
    case sources
    case settings

    /// What one of them is in the kernel.
    struct Layout {
        /// The name of its pin.
        let pin: ByteString
        let kind: BpfMapKind
        /// The name that people see who list maps.
        let name: ByteString
        /// The bytes of a key and of a value.
        let key: Int
        let value: Int
        /// The most entries; of the ring buffer, its bytes.
        let capacity: Int
    }

    /// How many rules are counted; the others share the counter 0, which nobody reads.
    static let counterCount = 1 << 16
    /// The bytes of the name of a rules file, with a NUL behind it.
    static let pathSize = 256

    /// What it is in the kernel.
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

    /// The names of all pins.
    static let pins: [ByteString] = allCases.map(\.layout.pin)
}
