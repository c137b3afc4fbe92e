// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux

/// Whether what the policy allows can be brought to the program.
extension Situation {
    /// Why no permission of the policy comes to the program; nil if it does.
    var reachDefect: ByteString? {
        if !isHelperReady { return "the helper of Lowport is not installed with its privilege" }
        if process.status.hasNoNewPrivileges, !isUnderBroker {
            return "no_new_privs keeps the helper from having any privilege"
        }
        if !process.status.bounding.contains(.netBindService), !isUnderBroker {
            return "CAP_NET_BIND_SERVICE is outside the bounding set here"
        }
        if !surroundings.doCapabilitiesCount { return foreignNamespace }
        if case .running(_, _, let reach) = process {
            switch reach {
            case .broker: return nil
            case .library:
                return program?.brokerReason.map { "the library of lowport run or authbind does not reach it: \($0)" }
            case .none: return "the process was not started with lowport run or authbind"
            }
        }
        guard let program, !isUnderBroker else { return nil }
        if let defect = program.reachDefect { return "the program cannot be reached: \(defect)" }
        if let scope = surroundings.brokerObstacle, let reason = program.brokerReason {
            return "the program cannot be reached: \(reason), and kernel.yama.ptrace_scope is \(scope)"
        }
        return nil
    }

    /// The supervisor and its helper were started before the program's limits came to be, and have none.
    var isUnderBroker: Bool {
        if case .running(_, _, let reach) = process { return reach == .broker }
        return surroundings.isSupervised
    }

    var foreignNamespace: ByteString {
        "the network belongs to another user namespace, where the capabilities of this one do not count"
    }

    var reachFindings: [Explanation.Finding] {
        if isPlain || hasCapability || isAllowedByKernel { return [] }
        if let reachDefect { return [Explanation.Finding("reach", .refuses, reachDefect)] }
        let text: ByteString =
            switch process {
            case .running(_, _, .broker): "it is under the broker, which asks the helper"
            case .running: "it has the library in it that asks the helper"
            case .starting:
                if surroundings.isSupervised {
                    "this process is under the broker already, and so is what it starts"
                } else if program?.needsBrokerByName == true, let reason = program?.brokerReason {
                    "lowport run --via broker reaches it; the broker has to be asked for, since \(reason) and has privileges on disk"
                } else if let reason = program?.brokerReason {
                    "lowport run and authbind reach it with the broker, since \(reason)"
                } else {
                    "lowport run and authbind reach it"
                }
            }
        return [Explanation.Finding("reach", .allows, text)]
    }
}
