// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Entries of the journal in its export format, as `journalctl --output=export` writes them
/// (systemd.dev/JOURNAL_EXPORT_FORMATS).
///
/// A field is `NAME=VALUE`, or the name alone, the length of the value as 64 bits in little-endian order, and the value.
/// An empty line ends an entry. Any user can put any bytes into a value, so what a value has is never read as fields.
package struct JournalExport: Sendable {
    /// The fields of one entry, in their order; a name may come more than once.
    package struct Entry: Hashable, Sendable {
        /// The names and the values.
        package var fields: [(name: ByteString, value: ByteString)] = []

        /// Creates an entry without fields.
        package init() {}

        /// The first value of a field; nil if there is none.
        package subscript(_ name: ByteString) -> ByteString? { fields.first { $0.name == name }?.value }

        /// Whether both have the same fields in the same order.
        package static func == (left: Entry, right: Entry) -> Bool {
            left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
        }

        /// Hashes the names and the values.
        package func hash(into hasher: inout Hasher) {
            for field in fields {
                hasher.combine(field.name)
                hasher.combine(field.value)
            }
        }
    }

    /// The text is not in the format: where its fields begin is not known any more.
    package struct Damage: Error, Hashable, Sendable {}

    /// What the next bytes are.
    private enum Position {
        case field
        /// The rest of a value with a length that is left out, and the line feed behind it: so many bytes.
        case longValue(UInt64)
        /// The rest of a line that is left out.
        case longLine
    }

    /// What is not parsed yet.
    private var pending: [UInt8] = []
    private var entry = Entry()
    private var position = Position.field
    /// The most bytes of a field; a longer one is none of ours, and is left out.
    package static let limit = 1 << 20

    /// Creates a reader at the beginning of an entry.
    package init() {}

    /// Takes more bytes, and returns the entries that end in them. Fields of more than a mebibyte are left out.
    package mutating func add(_ bytes: [UInt8]) throws(Damage) -> [Entry] {
        pending += bytes
        var entries: [Entry] = []
        var start = 0
        while let next = try read(from: start, &entries) { start = next }
        pending.removeFirst(start)
        return entries
    }

    /// Reads a field, or what is left out, and returns where the next one begins; nil if there is not enough of it.
    private mutating func read(from start: Int, _ entries: inout [Entry]) throws(Damage) -> Int? {
        switch position {
        case .longValue(let rest):
            if start == pending.count { return nil }
            let count = Int(min(rest, UInt64(pending.count - start)))
            position = .longValue(rest - UInt64(count))
            if UInt64(count) < rest { return start + count }
            if pending[start + count - 1] != UInt8(ascii: "\n") { throw Damage() }
            position = .field
            return start + count
        case .longLine:
            if start == pending.count { return nil }
            guard let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) else { return pending.count }
            position = .field
            return end + 1
        case .field: break
        }
        guard let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) else {
            let line = pending[start...]
            if line.count <= Self.limit { return nil }
            // The name alone is never as long as that.
            if !line.prefix(Self.limit).contains(UInt8(ascii: "=")) { throw Damage() }
            position = .longLine
            return pending.count
        }
        let line = pending[start..<end]
        if line.isEmpty {
            if !entry.fields.isEmpty { entries.append(entry) }
            entry = Entry()
        } else if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
            if line.count <= Self.limit {
                entry.fields.append((ByteString(line[..<equals]), ByteString(line[(equals + 1)...])))
            } else if equals - start >= Self.limit {
                throw Damage()
            }
        } else {
            return try readValue(of: ByteString(line), from: end + 1)
        }
        return end + 1
    }

    /// Reads a value with a length, and returns where the next field begins; nil if there is not enough of it.
    private mutating func readValue(of name: ByteString, from start: Int) throws(Damage) -> Int? {
        guard name.count <= Self.limit else { throw Damage() }
        guard pending.count >= start + 8 else { return nil }
        let length = UInt64(littleEndianBytes: pending[start..<start + 8])
        if length > UInt64(Self.limit) {
            if length == UInt64.max { throw Damage() }
            position = .longValue(length + 1)
            return start + 8
        }
        let end = start + 8 + Int(length)
        guard pending.count > end else { return nil }
        guard pending[end] == UInt8(ascii: "\n") else { throw Damage() }
        entry.fields.append((name, ByteString(pending[(start + 8)..<end])))
        return end + 1
    }
}
