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
        public let command: ByteString
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

    /// Explains `situation`.
    public init(_ situation: Situation) {
        let plain = situation.threshold <= situation.request.port
        let examined =
            [situation.thresholdFinding] + situation.privilegeFindings + situation.programFindings
            + situation.policyFindings + situation.reachFindings
        let obstacles = situation.obstacles
        findings = examined + obstacles

        let byPolicy = situation.decision.isAllowed && situation.canUseHelper
        canBind = !obstacles.contains { $0.effect == .blocks } && (plain || situation.hasCapability || byPolicy)
        verdict = situation.verdict(canBind: canBind, obstacle: obstacles.first { $0.effect == .blocks })
        remedies = canBind ? [] : situation.remedies
    }
}

extension Situation {
    /// `user web`, `uid 1234`, `process 77 (node) of user web`.
    var who: ByteString {
        let user: ByteString = userName.map { "user \($0)" } ?? "uid \(request.user)"
        guard case .running(let identifier, _, _) = process else { return user }
        return "process \(identifier) of \(user)"
    }

    /// `tcp 80`, `udp 53 on ::1`.
    var what: ByteString {
        let transport: ByteString =
            switch request.transport {
            case .tcp: "tcp"
            case .udp: "udp"
            case .other: "port"
            }
        let place: ByteString = request.address == .v4(.any) ? "" : " on \(request.address)"
        return "\(transport) \(request.port)\(place)"
    }

    /// Whether the program has the capability by itself: from its file, its starter or, if it runs, already.
    var hasCapability: Bool {
        if case .running(_, let status, _) = process { return status.effective.contains(.netBindService) }
        if process.status.ambient.contains(.netBindService), program?.losesAmbient != true { return true }
        if request.user == .root, process.status.bounding.contains(.netBindService) { return true }
        return program?.capabilityDefect(startedBy: process.status) == .some(nil)
    }

    /// Whether what the policy allows reaches the program.
    var canUseHelper: Bool {
        guard isHelperReady, !process.status.hasNoNewPrivileges, process.status.bounding.contains(.netBindService)
        else { return false }
        if case .running(_, _, let isPreloaded) = process { return isPreloaded }
        return program?.reachDefect == nil
    }

    func verdict(canBind: Bool, obstacle: Explanation.Finding?) -> ByteString {
        guard canBind else {
            if let obstacle { return "\(who) cannot bind \(what): \(obstacle.text)" }
            return "\(who) cannot bind \(what): \(mainReason)"
        }
        if threshold <= request.port { return "\(who) can bind \(what): the port needs no privilege here" }
        if hasCapability {
            let source: ByteString =
                if case .running = process {
                    "it has CAP_NET_BIND_SERVICE"
                } else if let program, program.capabilityDefect(startedBy: process.status) == .some(nil) {
                    "\(program.path) has the file capability"
                } else if request.user == .root {
                    "root may"
                } else {
                    "CAP_NET_BIND_SERVICE is ambient here"
                }
            return "\(who) can bind \(what): \(source)"
        }
        let way: ByteString = if case .running = process { "" } else { ", started with lowport run or authbind" }
        switch decision.grant {
        case .rules(let places):
            let text = places.map(\.byteString.description).joined(separator: " and ")
            return "\(who) can bind \(what) by rule \(text)\(way)"
        case .authbind(let path, let line):
            return "\(who) can bind \(what) by /etc/authbind/\(path)\(line.map { ", line \($0)" } ?? "")\(way)"
        case nil: return "\(who) can bind \(what)"
        }
    }

    /// The one thing that decides, when nothing stands in the way but permission.
    private var mainReason: ByteString {
        if decision.isAllowed {
            if !isHelperReady { return "it is allowed, but the helper of Lowport is not installed with its privilege" }
            if process.status.hasNoNewPrivileges {
                return "it is allowed, but no_new_privs keeps the helper from having any privilege"
            }
            if !process.status.bounding.contains(.netBindService) {
                return "it is allowed, but CAP_NET_BIND_SERVICE is outside the bounding set here"
            }
            if case .running = process {
                return "it is allowed, but the process was not started with lowport run or authbind"
            }
            if let defect = program?.reachDefect {
                return "it is allowed, but the program cannot be reached: \(defect)"
            }
        }
        if let program, let defect = program.capabilityDefect(startedBy: process.status), let defect {
            return "the file capabilities of \(program.path) have no effect: \(defect)"
        }
        if let step = decision.authbind?.steps.last(where: { $0.refusal == .permissionDenied }) {
            return "/etc/authbind/\(step.path) is there, but \(who) may not execute it"
        }
        if let near = nearRules.first(where: { !$0.isForOthers }) { return "\(near.location) \(near.difference)" }
        return "no rule and no file of authbind allows it"
    }
}
