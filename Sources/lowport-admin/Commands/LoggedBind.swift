// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// The result of a bind, for people: also the words of the counts in `lowport enforce status`.
enum BindResult: String, CaseIterable {
    case allowedByRule = "allowed by rule"
    case allowedByCapability = "allowed by capability"
    /// The port became unprivileged after the policy was applied, or is so in the network namespace.
    case allowedAsUnprivileged = "allowed as unprivileged"
    case refused
    /// A rule allows it, and the bind itself failed. Only the helper knows that.
    case failed = "failed although allowed"
    /// The answer of the kernel is unknown.
    case left = "left to the kernel"
}

/// A bind as text, as JSON and as fields of the journal: one table for all of them.
struct LoggedBind {
    /// Who recorded the bind.
    enum Recorder: String { case kernel, helper }

    let time: Timestamp
    let recorder: Recorder
    let result: BindResult
    /// Why, as the text ends.
    let reason: ByteString
    /// What decided: `granted`, `left` or `refused`.
    let outcome: ByteString
    let user: UserID
    /// The name of the user; nil if there is none.
    let userName: ByteString?
    let process: UInt32
    /// The name that the thread gives itself.
    let command: ByteString
    let transport: ByteString
    /// The address as the text has it, with brackets around one of IPv6, and without the port.
    let address: ByteString
    let port: Port
    /// The file that allows the bind, and the line in it.
    var file: ByteString?
    var line: UInt32?
    /// What only the kernel records.
    var kernel: KernelDetails?

    struct KernelDetails {
        let group: UInt32
        /// The path of the program; nil if it is not known.
        let executable: ByteString?
        /// The file of the program, as `MAJOR:MINOR:INODE` in decimal; nil if the kernel does not describe its structures.
        let executableInode: ByteString?
        let cgroup: UInt64
        let network: UInt64
    }

    /// `2026-12-01T12:00:00Z allowed by rule uid 1001 (user web, program "nginx", executable /usr/sbin/nginx, pid 4711)
    /// tcp 0.0.0.0:80 by /etc/lowport/rules:3`.
    var text: ByteString {
        let place: ByteString =
            address.bytes.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
        let name: ByteString = userName.map { "user \($0.fieldOfLog), " } ?? ""
        let binary = kernel.flatMap { $0.executable ?? $0.executableInode }
        let file: ByteString = binary.map { "executable \($0.fieldOfLog), " } ?? ""
        let who: ByteString = "uid \(user) (\(name)program \(command.quotedForLog), \(file)pid \(process))"
        return "\(time) \(result.rawValue) \(who) \(transport) \(place) \(reason)"
    }

    /// A value of a field.
    enum Value {
        case text(ByteString)
        case number(UInt64)
    }

    /// The fields, by their names in JSON; in the journal they are in capital letters, behind `LOWPORT_`.
    var fields: [(name: String, value: Value)] {
        var fields: [(String, Value)] = [
            ("time", .text(time.byteString)), ("recorder", .text(ByteString(recorder.rawValue))),
            ("result", .text(ByteString(result.rawValue))), ("reason", .text(reason)), ("outcome", .text(outcome)),
            ("uid", .number(UInt64(user.rawValue))), ("pid", .number(UInt64(process))), ("command", .text(command)),
            ("protocol", .text(transport)), ("address", .text(address)), ("port", .number(UInt64(port.rawValue))),
        ]
        if let userName { fields.append(("user", .text(userName))) }
        if let file { fields.append(("file", .text(file))) }
        if let line { fields.append(("line", .number(UInt64(line)))) }
        if let kernel {
            fields += [
                ("gid", .number(UInt64(kernel.group))), ("cgroup", .number(kernel.cgroup)),
                ("network", .number(kernel.network)),
            ]
            if let path = kernel.executable { fields.append(("executable", .text(path))) }
            if let inode = kernel.executableInode { fields.append(("executable_inode", .text(inode))) }
        }
        return fields
    }
}

extension LoggedBind: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode("lowport.log/1", forKey: Key(stringValue: "schema"))
        for (name, value) in fields {
            switch value {
            case .text(let text): try object.encode(text.jsonText, forKey: Key(stringValue: name))
            case .number(let number): try object.encode(number, forKey: Key(stringValue: name))
            }
        }
    }
}
