// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory
internal import LowportPrograms

/// What there is to measure: the kernel engine, the policy, and the programs with capabilities.
struct MetricsReport {
    /// The metrics.
    let families: [MetricFamily]
    /// Why the kernel engine could not be measured; nil if it was, or is not enabled.
    let engineError: EnforcementError?

    /// Measures everything, as root.
    init() {
        let now = Timestamp(rawValue: WallClock.seconds)
        let sources = PolicySource.allCases.map { $0.inventory(at: now, doubts: .none) }
        let kept = ProgramsStore.system.load()
        let engine: [MetricFamily]
        (engine, engineError) = Self.engine(sources)
        families = [Self.build] + engine + Self.policy(sources, kept) + [Self.programs(kept)]
    }

    private typealias Sample = MetricFamily.Sample

    private static var build: MetricFamily {
        let version = Sample(labels: [("version", ProjectVersion.current)], value: "1")
        return MetricFamily("build_info", .gauge, "The version of Lowport; the value is always 1.", [version])
    }

    // MARK: - The kernel engine

    /// What cannot be measured has no value: an engine that enforces a policy, and cannot be read, is not a disabled one.
    private static func engine(_ sources: [SourceInventory]) -> (families: [MetricFamily], error: EnforcementError?) {
        do throws(EnforcementError) {
            let status = try KernelEngine.status()
            return (state(isEnabled: true, isFaulty: status.isHalfChanged) + counters(status, sources), nil)
        } catch {
            switch error {
            case .notEnabled: return (state(isEnabled: false, isFaulty: false), nil)
            case .incomplete, .orphaned, .foreign, .obstacle, .stale:
                return (state(isEnabled: nil, isFaulty: true), error)
            default: return (state(isEnabled: nil, isFaulty: nil), error)
            }
        }
    }

    private static func state(isEnabled: Bool?, isFaulty: Bool?) -> [MetricFamily] {
        func samples(_ value: Bool?) -> [Sample] { value.map { [Sample(labels: [], value: $0 ? "1" : "0")] } ?? [] }
        return [
            MetricFamily(
                "engine_enabled",
                .gauge,
                "Whether the kernel engine is enabled.",
                samples(isEnabled)
            ),
            MetricFamily(
                "engine_faulty",
                .gauge,
                "Whether the state of the kernel engine is damaged, or a change of it was interrupted.",
                samples(isFaulty)
            ),
        ]
    }

    private static func counters(_ status: EngineStatus, _ sources: [SourceInventory]) -> [MetricFamily] {
        let totals = BindTotals(status)
        let outcomes: [(ByteString, UInt64)] = [
            ("allowed_by_rule", totals.allowedByRule), ("allowed_by_capability", totals.allowedByCapability),
            ("allowed_as_unprivileged", totals.allowedAsUnprivileged), ("refused", totals.refused),
            ("left_to_the_kernel", totals.leftToTheKernel),
        ]
        return [
            MetricFamily(
                "binds",
                .counter,
                "Binds of privileged ports that the kernel engine saw, by their results.",
                outcomes.map { Sample(labels: [("outcome", $0)], value: ByteString(decimal: $1)) }
            ),
            MetricFamily("rule_binds", .counter, "Binds that a rule allowed.", ruleBinds(sources)),
            MetricFamily(
                "events_lost",
                .counter,
                "Events of binds that were lost since no process read them in time.",
                value: status.dropped
            ),
            MetricFamily(
                "policy_applied_timestamp_seconds",
                .gauge,
                "When the kernel last got the policy.",
                isTime: true,
                value: status.settings.applied
            ),
            MetricFamily(
                "policy_stale",
                .gauge,
                "Whether the policy, or a program that it names, has changed since the kernel got it.",
                value: status.isCurrent ? 0 : 1
            ),
            MetricFamily(
                "policy_applied_with_errors",
                .gauge,
                "Whether the policy had errors when the kernel got it.",
                value: status.hasErrors ? 1 : 0
            ),
        ]
    }

    /// The binds by rule. Equal rules share one counter, and so one value.
    private static func ruleBinds(_ sources: [SourceInventory]) -> [Sample] {
        let entries = sources.flatMap(\.entries)
        guard let counts = BindCounts(entries) else { return [] }
        var seen: Set<ByteString> = []
        return entries.compactMap { entry in
            guard seen.insert(entry.counter).inserted, let count = counts.count(of: entry) else { return nil }
            let labels: [(ByteString, ByteString)] = [("file", entry.location.file), ("rule", entry.counter)]
            return Sample(labels: labels, value: ByteString(decimal: count))
        }
    }

    // MARK: - The policy

    private static func policy(_ sources: [SourceInventory], _ kept: ProgramsStore.Contents) -> [MetricFamily] {
        let errors: [(ByteString, Int)] =
            sources.map { ($0.source.traits.name, $0.diagnostics.count(where: \.isSerious)) }
            + [("programs", kept.readErrors.count + kept.files.reduce(0) { $0 + $1.errors.count })]
        let entries: [(ByteString, Int)] =
            sources.map { ($0.source.traits.name, $0.entries.count) } + [("programs", kept.programs.count)]
        func samples(_ numbers: [(ByteString, Int)]) -> [Sample] {
            numbers.map { Sample(labels: [("source", $0)], value: ByteString(decimal: $1)) }
        }
        let threshold = (try? PortThreshold.current) ?? PortThreshold.standard
        return [
            MetricFamily("policy_errors", .gauge, "Errors in the files of the policy.", samples(errors)),
            MetricFamily("policy_entries", .gauge, "Rules and other entries in force, by source.", samples(entries)),
            MetricFamily(
                "unprivileged_port_start",
                .gauge,
                "The first port that every user may bind.",
                value: threshold
            ),
        ]
    }

    // MARK: - Programs

    /// Whether programs have the capabilities that they are to have: those of lowport.programs(5), and those that
    /// `lowport grant --program` gave. One that is not there is no program any more.
    private static func programs(_ kept: ProgramsStore.Contents) -> MetricFamily {
        var known: [ByteString: Bool] = [:]
        for (program, _) in kept.programs {
            switch program.state {
            case .kept: known[program.path] = known[program.path] ?? true
            case .lacking, .unfit: known[program.path] = false
            case .absent: break
            }
        }
        for path in GrantedPrograms.system.paths where known[path] == nil && (try? FileStatus(of: path)) != nil {
            known[path] = (try? FileCapabilities(ofFile: path))?.permitted.contains(.netBindService) == true
        }
        let samples = known.sorted { $0.key < $1.key }.map { path, hasIt in
            Sample(labels: [("program", path)], value: hasIt ? "1" : "0")
        }
        return MetricFamily(
            "program_has_capability",
            .gauge,
            "Whether a program has the capabilities that it was given or is declared to keep.",
            samples
        )
    }
}
