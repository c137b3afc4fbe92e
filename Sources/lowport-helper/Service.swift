// SPDX-License-Identifier: Apache-2.0

/// The helper as the broker uses it: one request after the other, until the one who asks is gone.
enum Service {
    /// The argument that asks for it.
    static var argument: ByteString { "--serve" }

    /// Serves the peer of the message channel on descriptor 0.
    /// - Returns: the exit status.
    static func run() -> Int32 {
        let channel = InheritedDescriptor.standardInput
        let log = SystemLog()
        while true {
            do throws(Errno) {
                // Waiting may take as long as it likes; only a request must not be older than a moment.
                Confinement.limitLife(seconds: 0)
                guard let message = try channel.receive(limit: HelperRequest.size) else { return 0 }
                Confinement.limitLife(seconds: 5)
                try channel.send(reply(to: message, log).bytes)
            } catch {
                return error == .brokenPipe ? 0 : error.rawValue
            }
        }
    }

    private static func reply(to message: borrowing ReceivedMessage, _ log: borrowing SystemLog) -> HelperReply {
        guard let request = HelperRequest(message.bytes), let socket = message.carried else {
            return .failed(.invalidArgument)
        }
        let outcome = AskedBind(socket: socket, address: request.address).carryOut()
        log.write(outcome, at: request.address, thread: request.thread)
        return outcome.reply
    }
}
