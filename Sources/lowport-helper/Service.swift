// SPDX-License-Identifier: Apache-2.0

/// The helper as the broker uses it: one request after the other, until the one who asks is gone.
enum Service {
    /// Whether the arguments of the program, its name among them, ask for it.
    static func isAskedFor(by arguments: [ByteString]) -> Bool { arguments.count == 2 && arguments[1] == "--serve" }

    /// Serves the peer of the message channel on descriptor 0.
    /// - Returns: the exit status.
    static func run(for caller: Caller) -> Int32 {
        let channel = InheritedDescriptor.standardInput
        var log = SystemLog()
        var rules = RuleCache(of: .system)
        while true {
            do throws(Errno) {
                // Waiting may take as long as it likes; only a request must not be older than a moment.
                Confinement.limitLife(seconds: 0)
                guard let message = try channel.receive(limit: HelperRequest.size) else { return 0 }
                Confinement.limitLife(seconds: 5)
                let request = message.carried == nil ? nil : HelperRequest(message.bytes)
                try channel.send(reply(to: request, message, caller, &rules, &log).bytes)
            } catch {
                return error == .brokenPipe ? 0 : error.rawValue
            }
        }
    }

    private static func reply(
        to request: HelperRequest?,
        _ message: borrowing ReceivedMessage,
        _ caller: Caller,
        _ rules: inout RuleCache,
        _ log: inout SystemLog
    ) -> HelperReply {
        guard let request, let socket = message.carried else { return .failed(.invalidArgument) }
        let now = WallClock.seconds
        let outcome = AskedBind(caller: caller, socket: socket, address: request.address)
            .carryOut(rules.contents(for: request.address.port, now: now), now: now, names: SystemNames())
        log.write(outcome, at: request.address, thread: request.thread)
        return outcome.reply
    }
}
