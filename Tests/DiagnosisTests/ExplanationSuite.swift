// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLaunch
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportDiagnosis

/// Tests of what is said in a made-up context.
protocol ExplanationSuite {}

extension ExplanationSuite {
    var web: ProcessCredentials {
        ProcessCredentials(user: UserID(rawValue: 1000), groups: [GroupID(rawValue: 1000)])
    }
    var bindService: FileCapabilities { FileCapabilities(permitted: [.netBindService], isEffective: true) }

    /// The context of uid 1000 who wants tcp 80, with the given rules and the given authbind tree.
    func context(
        rules: ByteString = "",
        tree: [ByteString: Errno?] = [:],
        program: ProgramFile? = nil,
        address: ByteString = "0.0.0.0",
        credentials: ProcessCredentials? = nil
    ) throws -> BindContext {
        let credentials = credentials ?? web
        let request = BindRequest(
            user: credentials.user,
            groups: credentials.groups,
            transport: .tcp,
            address: try #require(IPAddress(address)),
            port: Port(rawValue: 80),
            isDualStack: address == "::"
        )
        let set = RuleSet([RulesFile(path: "/etc/lowport/rules", content: rules.bytes)])
        let now = Timestamp(rawValue: 1_800_000_000)
        let decision = Decision([
            set.answer(to: request, now: now, names: SystemNames()), MemoryTree(readErrors: tree).answer(to: request),
        ])
        return BindContext(
            request: request,
            requester: Requester(name: "web"),
            process: BindingProcess(credentials: credentials),
            program: program,
            programName: program?.path,
            policy: KnownPolicy(decision: decision, rules: set, now: now)
        )
    }

    /// What is said in `context` on a machine where nothing is in the way, but for what `examiners` have seen.
    func explain(_ context: BindContext, _ examiners: [any Examiner] = []) -> Explanation {
        let sound: [any Examiner] = [
            ThresholdExaminer(first: 1024), ProgramExaminer(), FileExaminer(), DeliveryExaminer(), AddressExaminer(),
            PortExaminer(), ControlGroupExaminer(), TrialExaminer(), PolicyExaminer(), LandlockExaminer(),
        ]
        return Explanation(
            context,
            Subject.examiners.map { examiner in
                // The others look at nothing but the context.
                (examiners + sound).first { type(of: $0) == examiner } ?? examiner.init(lookingAt: context)
            }
        )
    }

    func expect(
        _ context: BindContext,
        seen examiners: [any Examiner] = [],
        _ canBind: Bool,
        _ verdict: String,
        remedy: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) {
        let explanation = explain(context, examiners)
        #expect(explanation.canBind == canBind, sourceLocation: location)
        #expect(explanation.verdict.description == verdict, sourceLocation: location)
        #expect(explanation.remedies.isEmpty == canBind, sourceLocation: location)
        if let remedy {
            let commands = explanation.remedies.map { $0.command?.description ?? "" }
            #expect(commands.contains(remedy), "\(commands)", sourceLocation: location)
        }
    }
}

private struct MemoryTree: AuthbindTree {
    let readErrors: [ByteString: Errno?]
    func refusal(toExecute path: ByteString) -> Errno? {
        if let known = readErrors[path] { known } else { .noSuchFile }
    }
    func content(of path: ByteString) throws(Errno) -> [UInt8] { throw .noSuchFile }
}
