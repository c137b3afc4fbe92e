// SPDX-License-Identifier: Apache-2.0
internal import LowportDiagnosis
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory
internal import LowportPrograms

/// The programs that keep capabilities in JSON, for `lowport programs status` and `apply`.
struct KeptAnswer: Encodable {
    let schema = "lowport.kept/1"
    /// Whether a file was changed, or would be.
    private(set) var changed = false
    private(set) var dryRun = false
    let watch: Watch
    let programs: [Entry]
    let errors: [String]

    /// What applies the declarations after upgrades.
    struct Watch: Encodable {
        let enabled: Bool
        let dpkg: Bool
        let systemd: Bool
    }

    struct Entry: Encodable {
        let program: String
        let capabilities: String
        let file: String
        let line: Int
        let state: String
        /// When the file changed that lacks something, or lacked it before.
        var since: String?
        var reason: String?
    }

    /// The answer to `lowport programs status`.
    init(_ contents: ProgramsStore.Contents) {
        self.init(contents, contents.programs.map { Self.entry($0, $1) })
    }

    /// The answer to `lowport programs apply`.
    init(_ results: [KeptProgramsUpdate.Result], _ contents: ProgramsStore.Contents, isDryRun: Bool) {
        self.init(contents, results.map { Self.entry($0) })
        changed = results.contains { $0.outcome == .given }
        dryRun = isDryRun
    }

    private init(_ contents: ProgramsStore.Contents, _ programs: [Entry]) {
        let isEnabled = UpgradeWatch.isEnabled
        watch = Watch(
            enabled: isEnabled,
            dpkg: isEnabled && UpgradeWatch.hasHook,
            systemd: isEnabled && UpgradeWatch.isUnitEnabled
        )
        self.programs = programs
        errors = contents.diagnostics.map(\.asMessage.original.jsonText)
    }

    private static func entry(_ program: KeptProgram, _ location: RuleLocation) -> Entry {
        var entry = base(program, location, state: "kept")
        switch program.state {
        case .kept: break
        case .lacking(let since):
            entry = base(program, location, state: "lacking")
            entry.since = Self.text(since)
        case .absent: entry = base(program, location, state: "absent")
        case .unfit(let reason):
            entry = base(program, location, state: "unfit")
            entry.reason = reason.jsonText
        }
        return entry
    }

    private static func entry(_ result: KeptProgramsUpdate.Result) -> Entry {
        let state =
            switch result.outcome {
            case .kept: "kept"
            case .given: "given"
            case .absent: "absent"
            case .refused: "refused"
            case .failed: "failed"
            }
        var entry = base(result.program, result.location, state: state)
        if case .lacking(let since) = result.before { entry.since = text(since) }
        switch result.outcome {
        case .refused(let reason): entry.reason = reason.jsonText
        case .failed(let error): entry.reason = error.sentence.jsonText
        case .kept, .given, .absent: break
        }
        return entry
    }

    private static func text(_ time: Int64) -> String { Timestamp(rawValue: time).byteString.description }

    private static func base(_ program: KeptProgram, _ location: RuleLocation, state: String) -> Entry {
        Entry(
            program: program.path.jsonText,
            capabilities: program.capabilitiesText.jsonText,
            file: location.file.jsonText,
            line: location.line,
            state: state
        )
    }

    /// Whether every program has what it keeps, and no file an error.
    var isSound: Bool { errors.isEmpty && programs.allSatisfy { ["kept", "given", "absent"].contains($0.state) } }

    /// What applies the declarations after upgrades, for people.
    var watchText: ByteString {
        if !watch.enabled { return "nothing gives them their capabilities again (sudo lowport programs enable)" }
        var ways: [ByteString] = []
        if watch.dpkg { ways.append("a hook of dpkg") }
        if watch.systemd { ways.append("\(UpgradeWatch.unit) of systemd") }
        if ways.isEmpty { return "enabled, for the trigger of an RPM package" }
        return ByteString(joining: ways, with: " and ")
    }
}

extension ProgramState {
    /// The state for people.
    var text: ByteString {
        switch self {
        case .kept: "has it"
        case .lacking(let since): "lacks it since \(Timestamp(rawValue: since))"
        case .absent: "is not there"
        case .unfit(let reason): reason
        }
    }
}
