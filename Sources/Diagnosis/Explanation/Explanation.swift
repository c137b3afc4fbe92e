// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
public import Linux
internal import PortPolicy

/// The answer to "may this program bind that port?", with every way that was examined and what would change it.
public struct Explanation: Hashable, Sendable {
    /// One way in which a bind can be allowed, or one thing that can stand in its way.
    public struct Finding: Hashable, Sendable {
        /// What the finding means for the bind.
        public enum Effect: String, Hashable, Sendable {
            /// It makes the bind possible.
            case allows
            /// It does not, though it could.
            case refuses
            /// It stands in the way, whatever allows.
            case blocks
            /// It says something that somebody should know.
            case informs
        }

        /// What was examined: a short name that stays the same.
        public let subject: String
        /// What it means.
        public let effect: Effect
        /// What was found, as a sentence without a stop.
        public let text: ByteString

        init(_ subject: String, _ effect: Effect, _ text: ByteString) {
            self.subject = subject
            self.effect = effect
            self.text = text
        }
    }

    /// Something to do about it.
    public struct Remedy: Hashable, Sendable {
        /// The command, as it would be typed.
        public let command: ShellCommand
        /// What it does, or what else it does.
        public let effect: ByteString
    }

    /// Whether the bind works.
    public let canBind: Bool
    /// The answer in one sentence.
    public let verdict: ByteString
    /// Everything that was examined, in the order of the ways.
    public let findings: [Finding]
    /// What would make it work, the safest first; empty if it works.
    public let remedies: [Remedy]
    /// What would help too, where a name in the command has characters that nobody could type or see.
    public let advice: [ByteString]

    /// Explains `situation`.
    public init(_ situation: Situation) {
        let examined =
            [situation.thresholdFinding] + situation.privilegeFindings + situation.programFindings
            + situation.policyFindings + (situation.isPlain ? [] : [situation.kernelFinding]) + situation.reachFindings
        let obstacles = situation.obstacles
        findings = examined + obstacles

        let byPolicy = situation.decision.isAllowed && situation.reachDefect == nil
        canBind =
            !obstacles.contains { $0.effect == .blocks }
            && (situation.isPlain || situation.hasCapability || situation.isAllowedByKernel || byPolicy)
        verdict = situation.verdict(canBind: canBind, obstacle: obstacles.first { $0.effect == .blocks })
        let suggestions = canBind ? [] : situation.remedies
        remedies = suggestions.compactMap { suggestion in
            suggestion.command.map { Remedy(command: $0, effect: suggestion.effect) }
        }
        advice = suggestions.filter { $0.command == nil }.map(\.withoutCommand)
    }
}

extension Situation {
    /// `user web`, `uid 1234`, `process 77 of user web`.
    var who: ByteString {
        guard case .running(let identifier, _, _) = process else { return user }
        return "process \(identifier) of \(user)"
    }

    /// `user web`, `uid 1234`.
    var user: ByteString { userName.map { "user \($0)" } ?? "uid \(request.user)" }

    /// `tcp 80`, `udp 53 on ::1`.
    var what: ByteString {
        let place: ByteString = request.address == .v4(.any) ? "" : " on \(request.address)"
        return "\(transportName) \(request.port)\(place)"
    }

    var transportName: ByteString {
        request.transport.isWord ? request.transport.name : "port"
    }

    /// Whether the port needs no privilege.
    var isPlain: Bool { threshold <= UInt32(request.port.rawValue) }

    /// Where the program has the capability from, as a sentence; nil if it does not have it by itself.
    private var capabilitySource: ByteString? {
        guard surroundings.doCapabilitiesCount else { return nil }
        let status = process.status
        if case .running = process {
            return status.effective.contains(.netBindService) ? "it has CAP_NET_BIND_SERVICE" : nil
        }
        if let program {
            if program.capabilityDefect(startedBy: status) == .some(nil) {
                return "\(program.path) has the file capability"
            }
            if program.becomesRoot(startedBy: status) { return "\(program.path) is set-user-ID root" }
        }
        if request.user == .root, status.bounding.contains(.netBindService) { return "root may" }
        if status.ambient.contains(.netBindService), program?.losesAmbient != true {
            return "CAP_NET_BIND_SERVICE is ambient here"
        }
        return nil
    }

    /// Whether the program has the capability by itself: from its file, its starter or, if it runs, already.
    var hasCapability: Bool { capabilitySource != nil }

    func verdict(canBind: Bool, obstacle: Explanation.Finding?) -> ByteString {
        guard canBind else { return "\(who) cannot bind \(what): \(obstacle?.text ?? mainReason)" }
        if isPlain { return "\(who) can bind \(what): the port needs no privilege here" }
        if let capabilitySource { return "\(who) can bind \(what): \(capabilitySource)" }
        let starter: ByteString =
            program?.needsBrokerByName == true ? "lowport run --via broker" : "lowport run or authbind"
        let way: ByteString =
            if isAllowedByKernel {
                ", with nothing in front of it"
            } else if case .running = process {
                ""
            } else {
                ", started with \(starter)"
            }
        guard let source = decision.source else { return "\(who) can bind \(what)" }
        return "\(who) can bind \(what) by \(source.traits.words(for: decision.grants))\(way)"
    }

    /// The one thing that decides, when nothing stands in the way but permission.
    private var mainReason: ByteString {
        if decision.isAllowed, kernel == .outdated { return "it is allowed, but \(Self.outdated)" }
        if decision.isAllowed, let reachDefect { return "it is allowed, but \(reachDefect)" }
        if !surroundings.doCapabilitiesCount { return foreignNamespace }
        if case .starting = process, let program {
            if let defect = program.capabilityDefect(startedBy: process.status), let defect {
                return "the file capabilities of \(program.path) have no effect: \(defect)"
            }
            if let script = program.scriptsWithCapabilities.first {
                return "the file capabilities of \(script) have no effect: it is a script, run by \(program.path)"
            }
        }
        if let (path, access) = decision.forbiddenPath {
            return access == .read ? "\(path) may not be read" : "\(path) is there, but \(who) may not execute it"
        }
        if let dead = deadFiles.first(where: { $0.wouldAllow == true }) {
            return "it would be allowed, but \(dead.reason)"
        }
        if let near = nearRules.first(where: { !$0.isForOthers }) { return "\(near.location) \(near.difference)" }
        if let dead = deadFiles.first(where: { $0.wouldAllow == nil }) {
            return "no rule allows it, and \(dead.reason)"
        }
        guard case .starting = process, let program, !(request.user == .root) else {
            return "\(PolicySource.noneOfAll) allows it"
        }
        switch program.attribute {
        case .none: return "\(PolicySource.noneOfAll) allows it, and \(program.path) has no file capabilities"
        case .unsupported:
            return
                "\(PolicySource.noneOfAll) allows it, and the file system of \(program.path) has no file capabilities"
        case .some, .unreadable: return "\(PolicySource.noneOfAll) allows it"
        }
    }
}
