// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// Why the rules are not to be relied on: what they lack may be what confines somebody.
public enum PolicyError: Hashable, Sendable {
    /// A file or directory that does not count, or could not be read.
    case refused(RuleStore.ReadError)
    /// A line that is no rule, so that its file grants nothing.
    case invalid(path: ByteString, RuleError)
    /// A file that somebody is still writing.
    case unsettled(path: ByteString)
    /// A file without a byte that confined somebody when the rules were last without errors.
    case emptied(path: ByteString)
    /// A file whose rules come to more entries than the kernel is given.
    case tooLarge(path: ByteString)
    /// A line that confines a user or group whom nobody knows.
    case unknown(ConfinedPrincipal, RuleLocation, last: [UInt32], isUnanswered: Bool)
    /// A member of a group that is confined, of whom it is not known who they are.
    case unknownMember(ByteString, of: ByteString, RuleLocation, last: UInt32?)

    /// The path of the file or directory.
    public var path: ByteString {
        switch self {
        case .refused(let refusal): refusal.path
        case .invalid(let path, _), .unsettled(let path), .emptied(let path), .tooLarge(let path): path
        case .unknown(_, let location, _, _), .unknownMember(_, _, let location, _): location.file
        }
    }

    /// Whether the files alone show it, as `lowport check` reads them, without the kernel, the record and the moment.
    public var isInFiles: Bool {
        switch self {
        case .refused, .invalid: true
        case .unsettled, .emptied, .tooLarge, .unknown, .unknownMember: false
        }
    }

    /// The error with its place: `PATH:LINE:COLUMN: WHAT`, as far as there are such numbers.
    public var message: Message {
        switch self {
        case .refused(let refusal): return Message(refusal.byteString)
        case .invalid(let path, let error): return "\(path):\(error)"
        case .unsettled(let path): return "\(path): somebody is writing it"
        case .emptied(let path):
            return
                "\(path): is empty, and confined somebody; if that is meant, remove the file, or write a comment into it"
        case .tooLarge(let path):
            let text: ByteString =
                "\(path): comes to more than \(PolicySize.maximum) entries for the kernel, one for each port, protocol, user and address"
            return Message(text)
        case .unknown(let principal, let location, let last, let isUnanswered):
            let (kind, name): (Message, ByteString) =
                switch principal {
                case .user(let name): ("user", name)
                case .group(let name): ("group", name)
                case .everyone, .root: ("principal", principal.byteString)
                }
            let what: Message =
                isUnanswered ? "nobody could say who the \(kind) \(name) is" : "there is no \(kind) \(name)"
            return "\(location): \(what)\(Self.remains(last))"
        case .unknownMember(let member, let group, let location, let last):
            let who: Message = member.isEmpty ? "a member" : "\(member)"
            return
                "\(location): nobody could say who \(who) of the group \(group) is\(Self.remains(last.map { [$0] } ?? []))"
        }
    }

    private static func remains(_ numbers: [UInt32]) -> Message {
        guard let first = numbers.first else { return "" }
        let list = numbers.dropFirst().prefix(8).reduce("\(first)" as ByteString) { "\($0), \($1)" }
        return "; uid \(list), which it was when the rules were last applied, stays confined"
    }
}
