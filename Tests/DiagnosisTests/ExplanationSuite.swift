// SPDX-License-Identifier: Apache-2.0
import Capabilities
import Diagnosis
import Launch
import Linux
import PortPolicy
import Testing

/// Tests of what is said of a situation.
protocol ExplanationSuite {}

extension ExplanationSuite {
    var web: ProcessCredentials {
        ProcessCredentials(user: UserID(rawValue: 1000), groups: [GroupID(rawValue: 1000)])
    }
    var bindService: FileCapabilities { FileCapabilities(permitted: [.netBindService], isEffective: true) }

    /// The situation of uid 1000 who wants tcp 80, with the given rules and the given authbind tree.
    func situation(
        rules: ByteString = "",
        tree: [ByteString: Errno?] = [:],
        program: ProgramFile? = nil,
        address: ByteString = "0.0.0.0",
        status: ProcessCredentials? = nil
    ) throws -> Situation {
        let status = status ?? web
        let request = BindRequest(
            user: status.user,
            groups: status.groups,
            transport: .tcp,
            address: try #require(IPAddress(address)),
            port: Port(rawValue: 80),
            isDualStack: address == "::"
        )
        let set = RuleSet([RulesFile(path: "/etc/lowport/rules", content: rules.bytes)])
        let now = Timestamp(rawValue: 1_800_000_000)
        let decision = Decision([
            set.answer(to: request, now: now, names: SystemNames()), MemoryTree(refusals: tree).answer(to: request),
        ])
        return Situation(
            request: request,
            userName: "web",
            threshold: 1024,
            process: .starting(status),
            program: program,
            programName: program?.path,
            decision: decision,
            rules: set,
            now: now
        )
    }

    func expect(
        _ situation: Situation,
        _ canBind: Bool,
        _ verdict: String,
        remedy: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) {
        let explanation = Explanation(situation)
        #expect(explanation.canBind == canBind, sourceLocation: location)
        #expect(explanation.verdict.description == verdict, sourceLocation: location)
        #expect(explanation.remedies.isEmpty == canBind, sourceLocation: location)
        if let remedy {
            let commands = explanation.remedies.map(\.command.description)
            #expect(commands.contains(remedy), "\(commands)", sourceLocation: location)
        }
    }
}

private struct MemoryTree: AuthbindTree {
    let refusals: [ByteString: Errno?]
    func refusal(toExecute path: ByteString) -> Errno? {
        if let known = refusals[path] { known } else { .noSuchFile }
    }
    func content(of path: ByteString) throws(Errno) -> [UInt8] { throw .noSuchFile }
}
