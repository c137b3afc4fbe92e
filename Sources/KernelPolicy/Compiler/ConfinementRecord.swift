// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// Who is confined, by number: what the lines `confine …` meant when the kernel got them.
///
/// It is kept for the time when the lines cannot be read, or their names cannot be looked up: a fault must free nobody.
public struct ConfinementRecord: Hashable, Sendable {
    /// A line and the processes that it means.
    public struct Entry: Hashable, Sendable {
        /// What the line says.
        public let confinement: ConfinedIdentity
        /// The real users of the processes; none for the lines without a name.
        public let users: [UserID]
        /// The groups of the processes.
        public let groups: [GroupID]
        /// The file that has the line.
        public let file: ByteString
    }

    /// The lines, in the order of the files.
    public var entries: [Entry] = []

    /// Creates a record without lines.
    public init() {}

    private static var title: ByteString { "lowport-confinement 1" }

    /// The record as a file holds it: a line for each entry, whose file is the last field.
    public var byteString: ByteString {
        var text = Self.title + "\n"
        for entry in entries {
            let users = ByteString(joiningNumbers: entry.users.map(\.rawValue))
            let groups = ByteString(joiningNumbers: entry.groups.map(\.rawValue))
            text += "\(entry.confinement)\tusers \(users)\tgroups \(groups)\t\(entry.file)\n"
        }
        return text + "end\n"
    }

    /// Reads what `byteString` gives; nil for anything else, such as a part of it.
    public init?(_ text: ByteString) {
        var lines = text.split(on: UInt8(ascii: "\n"))
        guard lines.count >= 3, lines.removeFirst() == Self.title, lines.removeLast().isEmpty,
            lines.removeLast() == "end"
        else { return nil }
        for line in lines {
            let fields = line.split(on: UInt8(ascii: "\t"))
            guard fields.count >= 4, let confinement = Self.confinement(fields[0]),
                let users = Self.numbers(fields[1], after: "users "),
                let groups = Self.numbers(fields[2], after: "groups ")
            else { return nil }
            let file = fields[3...].dropFirst().reduce(fields[3]) { "\($0)\t\($1)" as ByteString }
            entries.append(
                Entry(
                    confinement: confinement,
                    users: users.map { UserID(rawValue: $0) },
                    groups: groups.map { GroupID(rawValue: $0) },
                    file: file
                )
            )
        }
    }

    private static func confinement(_ text: ByteString) -> ConfinedIdentity? {
        let file = RulesFile(path: "", content: (text + "\n").bytes)
        guard file.isValid, file.lines.count == 1 else { return nil }
        return file.confinements.first?.confinement
    }

    private static func numbers(_ field: ByteString, after name: ByteString) -> [UInt32]? {
        guard field.hasPrefix(name) else { return nil }
        let text = ByteString(field.bytes[name.count...])
        if text == "-" { return [] }
        var numbers: [UInt32] = []
        for part in text.split(on: UInt8(ascii: ",")) {
            guard !part.isEmpty, part.count <= 10, part.bytes.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt32(exactly: part.bytes.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) })
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

extension ByteString {
    /// The numbers with commas between them; `-` for none.
    fileprivate init(joiningNumbers numbers: [UInt32]) {
        var text = ByteString()
        for number in numbers { text += text.isEmpty ? ByteString(decimal: number) : "," + ByteString(decimal: number) }
        self = text.isEmpty ? "-" : text
    }
}
