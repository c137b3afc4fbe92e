// SPDX-License-Identifier: Apache-2.0
internal import Linux

// The rules as a source of permission.

extension SourceTraits {
    static var rules: SourceTraits {
        SourceTraits(
            name: "rules",
            title: "the rules",
            noun: "rule",
            directory: "/etc/lowport",
            watchedPaths: [
                [
                    WatchedPath("/etc/lowport", .directory), WatchedPath(RuleStore.mainPath, .file),
                    WatchedPath(RuleStore.extraPath, .files(suffix: ".rules")),
                ]
            ],
            isWrittenInRules: true,
            dependsOnAsker: false,
            isWhollyInKernel: true
        )
    }
}

extension Policy {
    /// What the rules say to `request`, those that were read already or those that concern its port.
    func answerOfRules(
        to request: BindRequest,
        in context: DecisionContext<some NameResolver, some ReadPrivilege>
    ) -> PolicyAnswer {
        let contents = rules ?? store.load(onlyFor: request.port)
        return contents.rules.answer(
            to: request,
            now: context.now,
            names: context.names,
            hasFiles: contents.hasFiles
        )
    }
}

extension RuleSet {
    /// What the rules say to `request`. They have no errors of their own to report.
    /// - Parameters:
    ///   - request: who wants to bind what.
    ///   - now: the time that `until` is compared with.
    ///   - names: turns the names in rules into numbers.
    ///   - hasFiles: whether the machine has rules at all.
    public func answer(
        to request: BindRequest,
        now: Timestamp,
        names: some NameResolver,
        hasFiles: Bool = true
    ) -> PolicyAnswer {
        let locations = grants(for: request, now: now, names: names) ?? []
        #if hasFeature(Embedded)
            // The helper, which allows or refuses, has no use for who is confined.
            return PolicyAnswer(of: .rules, locations: locations, isPresent: hasFiles)
        #else
            return PolicyAnswer(
                of: .rules,
                locations: locations,
                isPresent: hasFiles,
                confinement: confinement(of: request, names: names)
            )
        #endif
    }
}
