// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux
internal import PortPolicy

/// What each way says.
extension Situation {
    typealias Finding = Explanation.Finding

    var thresholdFinding: Finding {
        threshold <= request.port
            ? Finding("threshold", .allows, "ports from \(threshold) on need no privilege in this network namespace")
            : Finding("threshold", .refuses, "ports below \(threshold) need privilege in this network namespace")
    }

    /// The process itself: what it has, and what keeps it from gaining anything.
    var privilegeFindings: [Finding] {
        let status = process.status
        var findings: [Finding] = []
        switch process {
        case .running:
            findings.append(
                status.effective.contains(.netBindService)
                    ? Finding("process", .allows, "it has CAP_NET_BIND_SERVICE in its effective set")
                    : Finding("process", .refuses, "it has no CAP_NET_BIND_SERVICE in its effective set")
            )
        case .starting:
            if request.user == .root {
                findings.append(
                    status.bounding.contains(.netBindService)
                        ? Finding("process", .allows, "root has CAP_NET_BIND_SERVICE")
                        : Finding(
                            "process",
                            .refuses,
                            "root lacks CAP_NET_BIND_SERVICE, which is outside the bounding set"
                        )
                )
            } else {
                findings.append(
                    status.ambient.contains(.netBindService)
                        ? Finding(
                            "ambient",
                            program?.losesAmbient == true ? .refuses : .allows,
                            program?.losesAmbient == true
                                ? "CAP_NET_BIND_SERVICE is ambient, but a set-id or capable program loses it"
                                : "CAP_NET_BIND_SERVICE is ambient, so every program that is started has it"
                        )
                        : Finding("ambient", .refuses, "CAP_NET_BIND_SERVICE is not ambient")
                )
            }
        }
        if status.hasNoNewPrivileges {
            findings.append(
                Finding("no_new_privs", .informs, "it is set: no program that is started gains any privilege")
            )
        }
        if !status.bounding.contains(.netBindService) {
            findings.append(Finding("bounding set", .informs, "it lacks CAP_NET_BIND_SERVICE: no file can give it"))
        }
        if status.hasSeccompFilter {
            findings.append(
                Finding("seccomp", .informs, "a filter judges the system calls, and may refuse bind as well")
            )
        }
        return findings
    }

    var programFindings: [Finding] {
        guard let program, case .starting = process else { return [] }
        var findings: [Finding] = []
        for script in program.scripts {
            let name: ByteString = "\(script) is a script: what counts is \(program.path), which runs it"
            findings.append(Finding("script", .informs, name))
            if let capabilities = try? FileCapabilities(ofFile: script), !capabilities.permitted.isEmpty {
                findings.append(Finding("script", .refuses, "file capabilities of a script have no effect: \(script)"))
            }
        }
        switch (program.attribute, program.capabilityDefect(startedBy: process.status)) {
        case (.none, _): findings.append(Finding("file", .refuses, "\(program.path) has no file capabilities"))
        case (.unsupported, _):
            findings.append(Finding("file", .refuses, "the file system of \(program.path) knows no file capabilities"))
        case (_, nil):
            findings.append(
                Finding("file", .refuses, "\(program.path) has file capabilities, but not cap_net_bind_service")
            )
        case (_, .some(nil)):
            findings.append(Finding("file", .allows, "\(program.path) has cap_net_bind_service, for every low port"))
        case (_, .some(let defect?)):
            findings.append(Finding("file", .refuses, "file capabilities of \(program.path) have no effect: \(defect)"))
        }
        return findings
    }

    /// Rules and authbind, path by path, from the decision that the helper would make.
    var policyFindings: [Finding] {
        var findings: [Finding] = []
        if case .rules(let places) = decision.grant {
            findings += places.map { Finding("rules", .allows, "\($0): \(text(of: $0))") }
        } else {
            findings.append(Finding("rules", .refuses, "no rule allows \(what) to \(who)"))
            findings += nearRules.map { Finding("rules", .informs, "\($0.location) \($0.difference)") }
        }
        findings += refusals.map { Finding("rules", .informs, "does not count: \($0)") }
        guard let answer = decision.authbind else {
            return findings + [Finding("authbind", .informs, "was not asked, since a rule allows")]
        }
        if !isTreeKnown {
            findings.append(
                Finding("authbind", .informs, "only root can ask the tree for somebody else; this is your own answer")
            )
        }
        if answer.steps.isEmpty { findings.append(Finding("authbind", .refuses, "there is no /etc/authbind")) }
        for step in answer.steps {
            let path: ByteString = "/etc/authbind/\(step.path)"
            switch step.refusal {
            case nil:
                let line: ByteString = step.line.map { ", line \($0)" } ?? ""
                findings.append(Finding("authbind", .allows, "\(path)\(line)"))
            case .some(.noSuchFile) where step.path.hasPrefix("byuid") && answer.refusal == .noSuchFile:
                findings.append(Finding("authbind", .refuses, "\(path): no line allows it"))
            case .some(.permissionDenied) where step.path.hasPrefix("byuid"):
                findings.append(Finding("authbind", .refuses, "\(path): you may not read it; ask as root"))
            case .some(let error):
                let reason: ByteString =
                    error == .permissionDenied ? "is there, but may not be executed" : error.sentence
                findings.append(Finding("authbind", .refuses, "\(path): \(reason)"))
            }
        }
        return findings
    }

    /// Whether what the policy allows can be brought to the program.
    var reachFindings: [Finding] {
        if threshold <= request.port || hasCapability { return [] }
        if !isHelperReady {
            return [Finding("reach", .refuses, "lowport-helper is not installed with its privilege")]
        }
        if case .running(_, _, let isPreloaded) = process {
            return [
                isPreloaded
                    ? Finding("reach", .allows, "it has the library in it that asks the helper")
                    : Finding("reach", .refuses, "it was not started with lowport run or authbind, and asks nobody")
            ]
        }
        if let defect = program?.reachDefect {
            return [Finding("reach", .refuses, "lowport run and authbind do not reach \(programName ?? ""): \(defect)")]
        }
        if let reason = program?.brokerReason {
            return [Finding("reach", .allows, "lowport run and authbind reach it with the broker, since \(reason)")]
        }
        return [Finding("reach", .allows, "lowport run and authbind reach it")]
    }

    /// What stands in the way even with permission.
    var obstacles: [Finding] {
        var findings: [Finding] = []
        switch addressError {
        case nil: break
        case .some(.addressNotAvailable):
            findings.append(Finding("address", .blocks, "\(request.address) is not an address of this machine"))
        case .some(.addressFamilyNotSupported):
            findings.append(Finding("address", .blocks, "this machine has no IPv6"))
        case .some(let error):
            findings.append(
                Finding("address", .blocks, "\(request.address) cannot be bound at any port: \(error.sentence)")
            )
        }
        for occupant in occupants {
            if case .running(let identifier, _, _) = process,
                occupant.processes.contains(where: { $0.identifier == identifier })
            {
                findings.append(
                    Finding("port", .informs, "the process itself has it already, on \(occupant.socket.local)")
                )
                continue
            }
            let holders = occupant.processes.map { "process \($0.identifier) (\($0.name))" }.joined(separator: ", ")
            let owner = Accounts.name(of: occupant.socket.owner)?.description ?? "uid \(occupant.socket.owner.rawValue)"
            let by = holders.isEmpty ? "a process of \(owner)" : holders
            findings.append(Finding("port", .blocks, "the port is taken on \(occupant.socket.local) by \(by)"))
        }
        return findings
    }

    private func text(of place: RuleLocation) -> ByteString {
        rules.files.flatMap(\.rules).first { $0.location == place }?.rule.byteString ?? ""
    }
}
