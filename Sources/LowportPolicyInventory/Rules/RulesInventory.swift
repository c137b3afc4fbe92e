// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

// The rules as a permission source.

extension SourceInventory {
    /// Creates the inventory of rules that were already read.
    /// - Parameters:
    ///   - contents: the files.
    ///   - now: the time that `until` is compared with.
    ///   - doubts: the rules to look for that allow nothing, or less than they seem to.
    package init(rules contents: RuleStore.Contents, at now: Timestamp, doubts: Doubts) {
        self.init(of: .rules)
        let valid = contents.rules.files
        entries = valid.flatMap(\.rules).map { PolicyEntry($0.rule, at: $0.location) }
        confinements = valid.flatMap(\.confinements)
        count = (contents.files.count, contents.files.map(\.rules.count).reduce(0, +))
        diagnostics = contents.errors + contents.doubts(doubts, at: now)
    }

    /// Creates the inventory of the rules of this machine, with what keeps users from reading them.
    init(rulesOfMachine contents: RuleStore.Contents, at now: Timestamp, doubts: Doubts) {
        self.init(rules: contents, at: now, doubts: doubts)
        // What this process cannot read either has been said already.
        let refused = contents.readErrors.map(\.path)
        diagnostics += RulesReach.obstacles(contents).filter { !refused.contains($0.path) }.map {
            PolicyDiagnostic(Message($0.text), path: $0.path, .warning)
        }
        if doubts == .all { diagnostics += MisnamedRules.diagnostics }
    }
}

extension SourceSnapshot {
    /// What the rules in `store` allow, read while no process is writing them.
    init(rules store: RuleStore, _ options: SnapshotOptions) {
        let settled = store.settled(isHeld: options.isHeld)
        var files = settled.contents.files
        if let content = options.contentOfMain {
            files.removeAll { $0.path == RuleStore.mainPath }
            files.insert(RulesFile(path: RuleStore.mainPath, content: content), at: 0)
        }
        self.init(rules: files, unsettled: settled.unsettled)
        readErrors = settled.contents.readErrors
        draft = options.contentOfMain == nil ? nil : RuleStore.mainPath
    }

    /// Creates the snapshot of what the rules in `files` allow.
    package init(rules files: [RulesFile], unsettled: [ByteString] = []) {
        self.init(of: .rules)
        self.files = files
        self.unsettled = unsettled
        permissions = files.filter { $0.isValid && !unsettled.contains($0.path) }.flatMap(\.rules)
            .map { PolicyPermission($0.rule, at: $0.location) }
    }
}

extension SourceHealth {
    static func ofRules() -> SourceHealth {
        let contents = RuleStore.system.load()
        let hidden = contents.readErrors.first { $0.isOfHiddenOwner }
        var health = SourceHealth(
            summary: hidden.map { "\($0.path): \($0.hiddenOwner)" }
                ?? "\(contents.files.map(\.rules.count).reduce(0, +)) in force"
        )
        health.errors = contents.readErrors.filter { !$0.isOfHiddenOwner }.map { ($0.byteString, "lowport check") }
        for file in contents.files where !file.isValid {
            health.errors.append(("\(file.path) has errors and grants nothing", "lowport check"))
        }
        for obstacle in RulesReach.obstacles(contents) {
            health.errors.append(("\(obstacle.path): \(obstacle.text)", obstacle.remedy))
        }
        return health
    }
}
