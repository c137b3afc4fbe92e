// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

// The text of errors for people. The privileged program prints none of it, and so does not contain it.

extension RuleError: MessageConvertible {
    /// `LINE:COLUMN: found "tpc", expected a protocol (tcp, udp or any); did you mean "tcp"?`
    package var asMessage: Message { "\(line):\(column): \(message)" }

    /// The message without the position.
    package var message: Message {
        if found.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return "a byte order mark (U+FEFF) is before the text; save the file as UTF-8 without one"
        }
        let what: Message = found.isEmpty ? "the line ends" : "found \"\(found)\""
        let guess: Message = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
        let problem: Message = expected == .shorterLine ? "the line is too long" : what
        return "\(problem), expected \(expected)\(guess)"
    }

    /// The probable intention; nil if it cannot be guessed.
    package var suggestion: ByteString? {
        switch expected {
        case .verb: Spelling.nearest(to: found, among: ["allow", "confine"])
        case .principal: Spelling.nearest(to: found, among: ["user", "group", "uid", "gid", "everyone", "program"])
        case .confined: Spelling.nearest(to: found, among: ["everyone", "user", "group", "program", "root"])
        case .transport:
            Spelling.nearest(to: found, among: TransportProtocol.words.map { $0.name } + ["any", "program"])
        case .option: Spelling.nearest(to: found, among: ["on", "until"])
        case .name(let ofGroup):
            Digits.canonicalNumber(found, upTo: .max) == nil ? nil : "\(ofGroup ? "gid" : "uid") \(found)"
        case .prefix: AddressPrefix.withoutHostBits(found)?.byteString
        case .ports: Self.port(of: found)
        case .shorterLine, .plainLineEnd, .lineEnd, .singleName, .number, .program, .time: nil
        }
    }

    /// The number of the service whose name is in the place of a port.
    private static func port(of name: ByteString) -> ByteString? {
        #if hasFeature(Embedded)
            nil
        #else
            Services.port(named: name).map { "\($0)" }
        #endif
    }
}

extension RuleError.Expectation: ByteStringConvertible {
    /// The description of what is expected.
    package var byteString: ByteString {
        func kind(_ ofGroup: Bool) -> ByteString { ofGroup ? "group" : "user" }
        return switch self {
        case .shorterLine: "at most \(RulesFile.maximumLineLength) bytes"
        case .plainLineEnd: "a line that ends with a newline alone (this file has DOS line ends)"
        case .verb: "\"allow\" or \"confine\""
        case .principal: "user NAME, group NAME, uid NUMBER, gid NUMBER, everyone or program FILE"
        case .confined: "everyone, user NAME, group NAME, program FILE or root"
        case .lineEnd: "the end of the line"
        case .name(let ofGroup): "the name of a \(kind(ofGroup))"
        case .singleName(let ofGroup): "the name of one \(kind(ofGroup)); write a line for each"
        case .number(let ofGroup): "the number of a \(kind(ofGroup)), 0-4294967294"
        case .transport:
            "a protocol (\(TransportProtocol.words.dropFirst().reduce(TransportProtocol.words[0].name) { "\($0), \($1.name)" }) or any)"
        case .program: "the absolute path of a program, without //, /./, /../ and blanks (/usr/sbin/nginx)"
        case .ports: "a port 1-65535 or a range of ports (80, 8000-8010)"
        case .prefix: "an address or a prefix (192.0.2.10, 127.0.0.0/8, ::1)"
        case .time: "a time such as 2031-12-01T12:00:00Z or 2031-12-01T12:00:00+01:00"
        case .option: "\"on\", \"until\" or the end of the line"
        }
    }
}
