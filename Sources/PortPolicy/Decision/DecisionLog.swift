// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// A decision as one line of a log.
public enum DecisionLog {
    /// `allowed uid 1001 (nginx, pid 4711) tcp 0.0.0.0:80 by /etc/lowport/rules:3`, or what was refused and why.
    ///
    /// Whatever bytes a program gave itself for a name, the line stays one line of printable ASCII.
    /// - Parameters:
    ///   - decision: what was decided.
    ///   - request: for whom.
    ///   - address: what was to be bound, with its scope.
    ///   - error: the error of the bind; nil if it worked.
    ///   - program: what the program calls itself.
    ///   - process: the number of its process.
    public static func line(
        _ decision: Decision,
        _ request: BindRequest,
        address: SocketAddress,
        error: Errno?,
        program: ByteString,
        process: Int32
    ) -> ByteString {
        var line: ByteString = decision.isAllowed ? (error == nil ? "allowed" : "failed") : "refused"
        line += " uid \(request.user) (\(printable(program)), pid \(process)) \(name(of: request.transport)) \(address)"
        if let grant = decision.grant { line += " by \(source(of: grant))" }
        if let error { line += ": \(error.sentence)" }
        if !decision.isAllowed, let step = decision.authbind?.steps.last { line += " (\(step.path))" }
        return printable(line)
    }

    private static func source(of grant: Decision.Grant) -> ByteString {
        switch grant {
        case .authbind(let path, nil): return "/etc/authbind/\(path)"
        case .authbind(let path, let line?): return "/etc/authbind/\(path):\(line)"
        case .rules(let locations):
            var text = ByteString()
            for location in locations { text += text.isEmpty ? location.byteString : " and \(location)" }
            return text
        }
    }

    private static func name(of transport: TransportProtocol) -> ByteString {
        switch transport {
        case .tcp: "tcp"
        case .udp: "udp"
        case .other: "other"
        }
    }

    private static func printable(_ text: ByteString) -> ByteString {
        ByteString(text.bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") })
    }
}
