// SPDX-License-Identifier: Apache-2.0
internal import BindBroker
internal import Launch
internal import Linux

extension BrokerTrial {
    /// Tries as `user`, with the limits of this process; nil if this process cannot become that user, or if there is no
    /// lowport-run.
    static func of(_ user: UserID) -> BrokerTrial? {
        guard let program = Installation.path(of: "lowport-run") else { return nil }
        var arguments: [ByteString] = ["lowport-run", "--probe"]
        if user != CurrentProcess.realUser {
            guard CurrentProcess.effectiveUser == .root else { return nil }
            arguments += ["--user", ByteString(decimal: user.rawValue)]
        }
        guard
            let (text, _) = try? capturedOutput(ofProgramAt: program, arguments: arguments, limit: 4096),
            let line = text.split(on: UInt8(ascii: "\n")).first
        else { return nil }
        return BrokerTrial(line)
    }
}
