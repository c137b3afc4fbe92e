// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy
internal import LowportPolicyInventory

/// Why the rules cannot be relied on: a missing part may be what confines a user or group.
package enum PolicyError: Hashable, Sendable {
    /// A file or directory that is ignored or could not be read.
    case refused(RuleStore.ReadError)
    /// A line that is not a rule, so that its file grants nothing.
    case invalid(path: ByteString, RuleError)
    /// A file that is still being written.
    case unsettled(path: ByteString)
    /// An empty file that confined a user or group when the rules last had no errors.
    case emptied(path: ByteString)
    /// A directory that is missing, or `/etc/lowport` without any rules, if files below it confined a user or group who
    /// is no longer confined.
    case missing(path: ByteString)
    /// A file that ends in the middle of a line, and confined a user or group who is no longer confined.
    case cut(path: ByteString)
    /// A file whose rules need more entries than the kernel accepts from one source.
    case tooLarge(path: ByteString)
    /// A line that confines an unknown user or group.
    case unknown(ConfinedPrincipal, RuleLocation, last: [UInt32], isUnanswered: Bool)
    /// A line that confines a program that is not there, or that users other than root may replace.
    case unknownProgram(ByteString, RuleLocation)
    /// A member of a confined group, if the member's user ID cannot be found.
    case unknownMember(ByteString, of: ByteString, RuleLocation, last: UInt32?)

    /// The path of the file or directory.
    package var path: ByteString {
        switch self {
        case .refused(let refusal): refusal.path
        case .invalid(let path, _), .unsettled(let path), .emptied(let path), .missing(let path), .cut(let path),
            .tooLarge(let path):
            path
        case .unknown(_, let location, _, _), .unknownProgram(_, let location), .unknownMember(_, _, let location, _):
            location.file
        }
    }

    /// Whether the files alone show the error, as `lowport check` reads them, without kernel, record or time.
    package var isInFiles: Bool {
        switch self {
        case .refused, .invalid: true
        case .unsettled, .emptied, .missing, .cut, .tooLarge, .unknown, .unknownProgram, .unknownMember: false
        }
    }

    /// The error with its position: `PATH:LINE:COLUMN: MESSAGE`, as far as line and column are known.
    package var message: Message {
        switch self {
        case .refused(let refusal): return Message(refusal.byteString)
        case .invalid(let path, let error): return "\(path):\(error)"
        case .unsettled(let path): return "\(path): a process is writing it"
        case .emptied(let path):
            return
                "\(path): is empty, but confined users before; if that is intended, remove the file, or write a comment into it"
        case .missing(let path):
            return
                "\(path): contains no rules, but confined users before; if that is intended, create it, with a comment in \(RuleStore.mainPath)"
        case .cut(let path):
            return
                "\(path): ends in the middle of a line, and no longer confines all whom it confined before; if that is intended, end the line"
        case .tooLarge(let path):
            let text: ByteString =
                "\(path): comes to more than \(PolicySize.maximum) entries for the kernel, one for each port, protocol, user and address"
            return Message(text)
        case .unknown(let principal, let location, let last, let isUnanswered):
            let (kind, name): (Message, ByteString) =
                switch principal {
                case .user(let name): ("user", name)
                case .group(let name): ("group", name)
                case .everyone, .root, .program: ("principal", principal.byteString)
                }
            let what: Message =
                isUnanswered ? "the \(kind) \(name) cannot be looked up" : "there is no \(kind) \(name)"
            return "\(location): \(what)\(Self.remains(last))"
        case .unknownProgram(let path, let location):
            let fault = NamedProgram.fault(ofProgramAt: path) ?? "cannot be identified"
            return "\(location): \(path) \(fault); what it was when the rules were last applied stays confined"
        case .unknownMember(let member, let group, let location, let last):
            let who: Message = member.isEmpty ? "a member" : "\(member)"
            return
                "\(location): \(who) of the group \(group) cannot be looked up\(Self.remains(last.map { [$0] } ?? []))"
        }
    }

    private static func remains(_ numbers: [UInt32]) -> Message {
        guard let first = numbers.first else { return "" }
        let list = numbers.dropFirst().prefix(8).reduce("\(first)" as ByteString) { "\($0), \($1)" }
        return "; uid \(list), which it was when the rules were last applied, stays confined"
    }
}
