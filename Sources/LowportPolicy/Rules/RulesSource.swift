// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

// The rules as a permission source.

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
                    WatchedPath(RuleStore.extraPath, .files(suffix: RuleStore.extraSuffix)),
                ]
            ],
            isWrittenInRules: true,
            dependsOnAsker: false,
            isWhollyInKernel: true
        )
    }
}

extension Policy {
    /// The answer of the rules to `request`: of those that were already read, or of those that concern the port.
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
    /// The answer of the rules to `request`. The rules have no errors of their own to report.
    /// - Parameters:
    ///   - request: the requester, and the address and port to bind.
    ///   - now: the time that `until` is compared with.
    ///   - names: resolves the names in rules to numeric IDs.
    ///   - hasFiles: whether the machine has rules at all.
    package func answer(
        to request: BindRequest,
        now: Timestamp,
        names: some NameResolver,
        hasFiles: Bool = true
    ) -> PolicyAnswer {
        let locations = grants(for: request, now: now, names: names) ?? []
        #if hasFeature(Embedded)
            // The helper, which only allows or refuses, does not use the confinement.
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
