// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux
internal import PortPolicy

/// What each way says.
extension Situation {
    typealias Finding = Explanation.Finding

    var thresholdFinding: Finding {
        let place: ByteString =
            surroundings.isNetworkKnown
            ? "this network namespace" : "our network namespace; its own can be seen by root alone"
        return isPlain
            ? Finding("threshold", .allows, "ports from \(threshold) on need no privilege in \(place)")
            : Finding("threshold", .refuses, "ports below \(threshold) need privilege in \(place)")
    }

    /// The process itself: what it has, and what keeps it from gaining anything.
    var privilegeFindings: [Finding] {
        let status = process.status
        var findings: [Finding] = []
        switch process {
        case .running: findings.append(holding("process", status.effective, "in its effective set"))
        case .starting where request.user == .root:
            findings.append(
                status.bounding.contains(.netBindService)
                    ? Finding("process", grants, "root has CAP_NET_BIND_SERVICE")
                    : Finding("process", .refuses, "root lacks CAP_NET_BIND_SERVICE, which is outside the bounding set")
            )
        case .starting:
            findings.append(
                status.ambient.contains(.netBindService) && program?.losesAmbient == true
                    ? Finding(
                        "ambient",
                        .refuses,
                        "CAP_NET_BIND_SERVICE is ambient, but a set-id or capable program loses it"
                    ) : holding("ambient", status.ambient, "in the ambient set, so that every program has it")
            )
        }
        if !surroundings.doCapabilitiesCount { findings.append(Finding("namespace", .refuses, foreignNamespace)) }
        if status.hasNoNewPrivileges {
            findings.append(
                Finding("no_new_privs", .informs, "it is set: no program that is started gains any privilege")
            )
        }
        if !status.bounding.contains(.netBindService) {
            findings.append(Finding("bounding set", .informs, "it lacks CAP_NET_BIND_SERVICE: no file can give it"))
        }
        if isUnderBroker { return findings }
        if status.hasSeccompFilter, surroundings.sandboxError == nil {
            findings.append(
                Finding("seccomp", .informs, "a filter judges the system calls, and may refuse bind as well")
            )
        }
        if case .running = process, status.hasNoNewPrivileges {
            findings.append(
                Finding("landlock", .informs, "whether it has put itself under Landlock, the kernel tells nobody")
            )
        }
        return findings
    }

    /// What a capability that somebody has does for the bind.
    private var grants: Finding.Effect { surroundings.doCapabilitiesCount ? .allows : .refuses }

    private func holding(_ subject: String, _ set: CapabilitySet, _ place: ByteString) -> Finding {
        let name: ByteString = "CAP_NET_BIND_SERVICE"
        return set.contains(.netBindService)
            ? Finding(subject, grants, "\(name) is \(place)")
            : Finding(subject, .refuses, "\(name) is not \(place.split(on: 0x2C).first ?? place)")
    }

    var programFindings: [Finding] {
        guard let program else { return [] }
        if case .running = process { return replacement.map { [finding(ofReplacement: $0)] } ?? [] }
        var findings: [Finding] = []
        for script in program.scripts {
            let text: ByteString = "\(script) is a script: what counts is \(program.path), which runs it"
            findings.append(Finding("script", .informs, text))
        }
        for script in program.scriptsWithCapabilities {
            findings.append(Finding("script", .refuses, "file capabilities of a script have no effect: \(script)"))
        }
        if program.becomesRoot(startedBy: process.status) {
            findings.append(Finding("file", grants, "\(program.path) is set-user-ID root"))
        }
        findings.append(fileFinding(program))
        return findings
    }

    private func fileFinding(_ program: ProgramFile) -> Finding {
        switch (program.attribute, program.capabilityDefect(startedBy: process.status)) {
        case (.none, _):
            let text: ByteString =
                "\(program.path) has no file capabilities; replacing the file, as an upgrade does, removes them"
            return Finding("file", .refuses, text)
        case (.unsupported, _):
            return Finding("file", .refuses, "the file system of \(program.path) knows no file capabilities")
        case (_, nil):
            return Finding("file", .refuses, "\(program.path) has file capabilities, but not cap_net_bind_service")
        case (_, .some(nil)):
            return Finding("file", grants, "\(program.path) has cap_net_bind_service, for every low port")
        case (_, .some(let defect?)):
            return Finding("file", .refuses, "file capabilities of \(program.path) have no effect: \(defect)")
        }
    }

    private func finding(ofReplacement file: ProgramFile) -> Finding {
        let text: ByteString = "\(file.path) was replaced since the process was started"
        guard process.status.effective.contains(.netBindService), case .none = file.attribute else {
            return Finding("file", .informs, text)
        }
        return Finding("file", .informs, text + "; the file that is there now has no file capabilities")
    }
}
