// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// Whether the helper can bring what the policy allows to the program.
struct DeliveryExaminer: Examiner {
    static let role = Role.delivery

    /// What keeps the file of the helper from giving it its capability; nil if nothing does.
    var fileObstacle: HelperObstacle?
    /// The outcome of starting something under the broker, as the user; nil if that was not tried.
    var trial: BrokerTrial?

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        if found.hasWay || found.allows(.kernel) { return [] }
        if let obstacle = obstacle(context) {
            let reason: Finding.Reason? =
                found.isPermitted ? .init(.decisive, "it is allowed, but \(obstacle.text)") : nil
            return [Finding(.delivery, .refuses, obstacle.text, reason: reason)]
        }
        return [Finding(.delivery, .allows, text(context), reason: .init(.possible, starter(context)))]
    }

    /// How the permission reaches the process.
    private func text(_ context: BindContext) -> ByteString {
        let (process, program) = (context.process, context.program)
        if process.isRunning {
            return process.isUnderBroker
                ? "it is under the broker, which asks the helper" : "it has the library in it that asks the helper"
        }
        if process.asksHelper { return "this process asks the helper itself" }
        if case .lowport(let name)? = context.unit?.start.way { return "the unit starts it with \(name)" }
        if process.isUnderBroker { return "this process is under the broker already, and so is what it starts" }
        guard let reason = program?.brokerReason else { return "lowport run and authbind reach it" }
        return program?.needsBrokerByName(startedBy: process.credentials) == true
            ? "lowport run --via broker reaches it; the broker has to be asked for, since \(reason) and has privileges on disk"
            : "lowport run and authbind reach it with the broker, since \(reason)"
    }

    /// The command to start the program with, as the end of a sentence.
    private func starter(_ context: BindContext) -> ByteString {
        if context.process.isRunning || context.process.asksHelper { return "" }
        if case .lowport(let name)? = context.unit?.start.way { return ", started with \(name) by the unit" }
        return context.program?.needsBrokerByName(startedBy: context.process.credentials) == true
            ? ", started with lowport run --via broker" : ", started with lowport run or authbind"
    }

    /// Why no permission of the policy reaches the program; nil if it does.
    ///
    /// Obstacles that only a start elsewhere removes come first.
    func obstacle(_ context: BindContext) -> DeliveryObstacle? {
        let process = context.process
        if !process.doCapabilitiesCount { return .helper(.foreignNetwork) }
        if !process.isUnderBroker {
            if process.credentials.hasNoNewPrivileges { return .helper(.noNewPrivileges) }
            if !process.credentials.bounding.contains(.netBindService) { return .helper(.boundingSet) }
        }
        if let fileObstacle { return .helper(fileObstacle) }
        switch process.delivery {
        case .broker, .own: return nil
        case .library: return context.program?.brokerReason.map { .libraryInVain($0) }
        case .none:
            if process.isRunning { return .notStarted }
            if let unit = context.unit, !unit.isUnderLowport {
                return .notStartedSo(unit.name.text, starter: context.starter)
            }
        }
        if case .fails(.helper(let obstacle)) = trial { return .helper(obstacle) }
        guard let program = context.program else { return nil }
        if let reason = program.deliveryObstacle(startedBy: process.credentials) { return .unreachable(reason) }
        if case .fails(let failure) = trial, let reason = program.brokerReason { return .noBroker(reason, failure) }
        return nil
    }
}

extension DeliveryExaminer {
    init(lookingAt context: BindContext) {
        if context.process.asksHelper {
            fileObstacle = HelperObstacle(inSightOf: context.process.part("lowport-helper"))
            return
        }
        fileObstacle = HelperObstacle(ofFileAt: Installation.path(of: "lowport-helper"))
        if !context.process.isRunning, !context.process.isUnderBroker { trial = .of(context.request.user) }
    }
}

/// Why no permission of the policy reaches a program.
enum DeliveryObstacle {
    /// The helper could bind nothing.
    case helper(HelperObstacle)
    /// The process was started without a wrapper.
    case notStarted
    /// This unit starts the program without a wrapper, as far as is known if it is a starter of others.
    case notStartedSo(ByteString, starter: ByteString?)
    /// The process has the library, which has no effect on it for this reason.
    case libraryInVain(ByteString)
    /// Neither the library nor the broker reaches the program, for this reason.
    case unreachable(ByteString)
    /// The program needs the broker for this reason, but the broker does not work.
    case noBroker(ByteString, Broker.StartError)

    /// The obstacle as the end of a sentence.
    var text: ByteString {
        switch self {
        case .helper(let obstacle): obstacle.sentence
        case .notStarted: "the process was not started with lowport run or authbind"
        case .notStartedSo(let unit, let starter):
            "\(unit) does not start it with lowport run or authbind"
                + (starter.map { ", unless \($0) does, whose commands were not examined" } ?? "")
        case .libraryInVain(let reason): "the library of lowport run or authbind does not reach it: \(reason)"
        case .unreachable(let reason): "the program cannot be reached: \(reason)"
        case .noBroker(let reason, let failure): "the program cannot be reached: \(reason), and \(failure.sentence)"
        }
    }
}
