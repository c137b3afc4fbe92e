// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Formats a decision as one line of a log.
package enum DecisionLog {
    /// The event that a line reports.
    package enum Event: Hashable, Sendable {
        /// The request is refused.
        case refused
        /// The request is allowed: logged before the bind, so that no bind is without a line.
        case allowed
        /// The allowed bind succeeded.
        case bound
        /// The allowed bind failed.
        case failed(Errno)

        /// The severity (syslog(3)): notice for a refusal or failure, otherwise informational.
        package var severity: Int {
            switch self {
            case .allowed, .bound: 6
            case .refused, .failed: 5
            }
        }
    }

    /// `allowed uid 1001 (program "nginx", pid 4711) tcp 0.0.0.0:80 by /etc/lowport/rules:3`, then `bound` or `failed`
    /// with the same words; or `refused` and the reason.
    ///
    /// Whatever bytes a program has set as its name, the line stays one line of printable ASCII with the same words.
    /// - Parameters:
    ///   - event: the event that the line reports.
    ///   - decision: the decision.
    ///   - request: the request that was decided.
    ///   - address: the requested address, with its scope.
    ///   - program: the name that the program gives itself.
    ///   - process: the process ID.
    package static func line(
        _ event: Event,
        _ decision: Decision,
        _ request: BindRequest,
        address: SocketAddress,
        program: ByteString,
        process: Int32
    ) -> ByteString {
        var line = word(for: event)
        line += " uid \(request.user) (program \(program.quotedForLog), pid \(process))"
        line += " \(request.transport.name) \(address)"
        var joint: ByteString = " by "
        for location in decision.locations {
            line += joint + location.fieldOfLog
            joint = " and "
        }
        if case .failed(let error) = event { line += ": \(error.sentence)" }
        if let refusal = decision.refusal { line += ": \(refusal.sentence)" }
        if !decision.isAllowed, let step = decision.lastStep { line += " (\(step.path.fieldOfLog))" }
        return line
    }

    private static func word(for event: Event) -> ByteString {
        switch event {
        case .refused: "refused"
        case .allowed: "allowed"
        case .bound: "bound"
        case .failed: "failed"
        }
    }
}

extension RuleLocation {
    /// `FILE:LINE`, or `FILE`, as one field.
    fileprivate var fieldOfLog: ByteString { line == 0 ? file.fieldOfLog : "\(file.fieldOfLog):\(line)" }
}
