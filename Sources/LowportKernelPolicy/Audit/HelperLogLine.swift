// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A line that the helper wrote to the log of the machine about a bind (lowport-helper(8)).
package struct HelperLogLine: Hashable, Sendable {
    /// What the line reports.
    package enum Event: Hashable, Sendable {
        /// The request is refused.
        case refused
        /// The request is allowed, and the bind comes next.
        case allowed
        /// The allowed bind succeeded.
        case bound
        /// The allowed bind failed.
        case failed

        fileprivate init?(_ word: ByteString) {
            switch word {
            case "refused": self = .refused
            case "allowed": self = .allowed
            case "bound": self = .bound
            case "failed": self = .failed
            default: return nil
            }
        }
    }

    /// What the line reports.
    package let event: Event
    /// The real user of the process.
    package let user: UserID
    /// The name of the program, as the line has it between quotation marks, without them.
    package let program: ByteString
    /// The process ID.
    package let process: UInt32
    /// The protocol.
    package let transport: ByteString
    /// The address and the port, as the line has them.
    package let place: ByteString
    /// The port.
    package let port: Port
    /// What follows: ` by FILE:LINE`, and the error behind a colon.
    package let grounds: ByteString

    /// Parses `refused uid N (program "NAME", pid N) PROTOCOL ADDRESS:PORT GROUNDS`, in which no name has a blank; nil for
    /// any other line.
    package init?(_ line: ByteString) {
        let words = line.split(on: UInt8(ascii: " "))
        guard words.count >= 9, let event = Event(words[0]), words[1] == "uid", words[3] == "(program",
            words[5] == "pid", let user = Digits.canonicalNumber(words[2], upTo: UInt64(UInt32.max)),
            words[4].hasPrefix("\""), words[4].hasSuffix("\","), words[4].count >= 3, words[6].hasSuffix(")"),
            let process = Digits.canonicalNumber(words[6].bytes.dropLast()[...], upTo: UInt64(UInt32.max))
        else { return nil }
        // A refusal has a colon directly behind the place.
        let place = event == .refused && words[8].hasSuffix(":") ? ByteString(words[8].bytes.dropLast()) : words[8]
        guard let end = place.split(on: UInt8(ascii: ":")).last,
            let port = Digits.canonicalNumber(end, upTo: UInt64(UInt16.max))
        else { return nil }
        self.event = event
        self.user = UserID(rawValue: UInt32(user))
        program = ByteString(words[4].bytes.dropFirst().dropLast(2))
        self.process = UInt32(process)
        transport = words[7]
        self.place = place
        self.port = Port(rawValue: UInt16(port))
        grounds = ByteString(joining: Array(words.dropFirst(9)), with: " ")
    }

    /// The rule or file that allows the bind, as `FILE:LINE` or `FILE`; nil for a refusal.
    package var location: ByteString? {
        let words = grounds.split(on: UInt8(ascii: " "))
        guard event != .refused, words.count >= 2, words[0] == "by" else { return nil }
        let word = words[1]
        return event == .failed && word.hasSuffix(":") ? ByteString(word.bytes.dropLast()) : word
    }
}
