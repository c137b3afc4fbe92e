// SPDX-License-Identifier: Apache-2.0
public import Linux

/// A decision as one line of a log.
public enum DecisionLog {
    /// What a line tells of.
    public enum Event: Hashable, Sendable {
        /// The request is refused.
        case refused
        /// The request is allowed: written before the bind, so that no bind is without a line.
        case allowed
        /// The bind that was allowed is done.
        case bound
        /// The bind that was allowed failed.
        case failed(Errno)

        /// How important it is (syslog(3)): a notice for what did not work, otherwise informational.
        public var severity: Int {
            switch self {
            case .allowed, .bound: 6
            case .refused, .failed: 5
            }
        }
    }

    /// `allowed uid 1001 (program "nginx", pid 4711) tcp 0.0.0.0:80 by /etc/lowport/rules:3`, then `bound` or `failed`
    /// with the same words; or `refused` and why.
    ///
    /// Whatever bytes a program gave itself for a name, the line stays one line of printable ASCII with the same words.
    /// - Parameters:
    ///   - event: what the line tells of.
    ///   - decision: what was decided.
    ///   - request: for whom.
    ///   - address: what was to be bound, with its scope.
    ///   - program: what the program calls itself.
    ///   - process: the number of its process.
    public static func line(
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
