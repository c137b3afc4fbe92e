// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// The principals that the rules confined when they last had no errors: one record per line, with the resolved numbers.
///
/// An invalid file, or a directory service that does not answer, cannot lift a confinement that is recorded here.
struct ConfinementRecord: Hashable, Sendable {
    /// A user that a line confines.
    struct Member: Hashable, Sendable {
        /// The name in the line or in the group; empty for a user whose primary group is the group.
        var name: ByteString
        var user: UserID
    }

    /// A line in the rules that confines.
    struct Line: Hashable, Sendable {
        /// The file that contained the line.
        var file: ByteString
        var principal: ConfinedPrincipal
        var members: [Member] = []
        /// The group, if the line names a group.
        var group: GroupID?
        /// The files that the program was, if the line names one: the one that it is now, and those before it that the
        /// kernel still confines.
        var programs: [ProgramInode] = []
    }

    var lines: [Line] = []

    /// All confined principals together.
    var confinement: Confinement {
        lines.reduce(into: Confinement()) { confinement, line in
            switch line.principal {
            case .everyone: confinement.includesEveryone = true
            case .root: confinement.includesRoot = true
            case .user, .group, .program: break
            }
            confinement.users.formUnion(line.members.map(\.user))
            confinement.programs.formUnion(line.programs)
            if let group = line.group { confinement.groups.insert(group) }
        }
    }

    /// The members recorded for lines that name `principal`, in any file.
    func members(of principal: ConfinedPrincipal) -> [Member] {
        lines.filter { $0.principal == principal }.flatMap(\.members)
    }

    /// Both records together, for the time of the change from one to the other.
    func union(_ other: ConfinementRecord) -> ConfinementRecord {
        ConfinementRecord(lines: lines + other.lines.filter { !lines.contains($0) })
    }
}

extension ConfinementRecord: ByteStringConvertible {
    private static let title: ByteString = "lowport-confinement 1"

    /// The text of the file: one line per record, with the file that contained the rule as the last field.
    var byteString: ByteString {
        var text: ByteString = "\(Self.title)\n"
        for line in lines {
            let users = line.members.map { member in
                // The principal already contains the name of a confined user.
                if case .user = line.principal { return member.user.byteString }
                return member.name.isEmpty ? "\(member.user)" : "\(member.user):\(Self.escaped(member.name))"
            }
            if case .program = line.principal {
                let files = line.programs.map { "\($0.device):\($0.number)" as ByteString }
                text += "\(line.principal)\tusers \(Self.list(files))\tgroups -\t\(Self.escaped(line.file))\n"
                continue
            }
            text += "\(line.principal)\tusers \(Self.list(users))\tgroups \(line.group.map(\.byteString) ?? "-")"
            text += "\t\(Self.escaped(line.file))\n"
        }
        return text + "end\n"
    }

    /// Parses the output of `byteString`; nil for anything else, such as a truncated file.
    init?(_ text: ByteString) {
        self.init()
        var rows = text.split(on: UInt8(ascii: "\n"))[...]
        guard rows.popFirst() == Self.title else { return nil }
        while let row = rows.popFirst(), row != "end" {
            guard let line = Self.line(row) else { return nil }
            lines.append(line)
        }
        if byteString != text { return nil }
    }

    private static func line(_ row: ByteString) -> Line? {
        let fields = row.split(on: UInt8(ascii: "\t"))
        guard fields.count == 4, let principal = principal(fields[0]), fields[1].hasPrefix("users "),
            fields[2].hasPrefix("groups "), let file = unescaped(fields[3])
        else { return nil }
        var line = Line(file: file, principal: principal)
        let users = ByteString(fields[1].bytes[6...])
        for part in users == "-" ? [] : users.split(on: UInt8(ascii: ",")) {
            let words = part.split(on: UInt8(ascii: ":"))
            if case .program = principal {
                guard words.count == 2, let device = Digits.canonicalNumber(words[0], upTo: UInt64(UInt32.max)),
                    let number = Digits.canonicalNumber(words[1])
                else { return nil }
                line.programs.append(ProgramInode(device: UInt32(device), number: number))
                continue
            }
            guard words.count <= 2, let number = Digits.canonicalNumber(words[0], upTo: UInt64(UInt32.max)),
                var name = unescaped(words.count == 2 ? words[1] : "")
            else { return nil }
            if case .user(let user) = principal { name = user }
            line.members.append(Member(name: name, user: UserID(rawValue: UInt32(number))))
        }
        let group = ByteString(fields[2].bytes[7...])
        if group != "-" {
            guard let number = Digits.canonicalNumber(group, upTo: UInt64(UInt32.max)) else { return nil }
            line.group = GroupID(rawValue: UInt32(number))
        }
        return line
    }

    private static func principal(_ text: ByteString) -> ConfinedPrincipal? {
        let file = RulesFile(path: "", content: (text + "\n").bytes)
        return file.isValid && file.lines.count == 1 ? file.confinements.first?.confinement : nil
    }

    private static func list(_ words: [ByteString]) -> ByteString {
        words.isEmpty ? "-" : words.dropFirst().reduce(words[0]) { "\($0),\($1)" }
    }

    /// Keeps all bytes except control characters, `%`, commas and colons, which become `%` and two hexadecimal digits.
    private static func escaped(_ text: ByteString) -> ByteString {
        var bytes: [UInt8] = []
        for byte in text.bytes {
            if byte >= 0x20, byte != 0x7F, !"%,:".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%")] + ByteString(hexadecimal: byte, digits: 2).bytes
            }
        }
        return ByteString(bytes)
    }

    private static func unescaped(_ text: ByteString) -> ByteString? {
        var (bytes, rest) = ([UInt8](), text.bytes[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let number = Digits.number(rest.prefix(2), base: 16) else { return nil }
            bytes.append(UInt8(number))
            rest = rest.dropFirst(2)
        }
        return ByteString(bytes)
    }
}
