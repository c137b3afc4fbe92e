// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Entries of the journal in its export format, as `journalctl --output=export` writes them
/// (systemd.dev/JOURNAL_EXPORT_FORMATS).
///
/// A field is `NAME=VALUE`, or the name alone, the length of the value as 64 bits in little-endian order, and the value.
/// An empty line ends an entry.
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

    /// What is not parsed yet.
    private var pending: [UInt8] = []
    private var entry = Entry()
    /// The most bytes of an unfinished field; a longer one is none of ours.
    private static let limit = 16 << 20

    /// Creates a reader at the beginning of an entry.
    package init() {}

    /// Takes more bytes, and returns the entries that end in them. Bytes that are no field are left out.
    package mutating func add(_ bytes: [UInt8]) -> [Entry] {
        pending += bytes
        var entries: [Entry] = []
        var start = 0
        while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = pending[start..<end]
            if line.isEmpty {
                if !entry.fields.isEmpty { entries.append(entry) }
                entry = Entry()
                start = end + 1
            } else if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                entry.fields.append((ByteString(line[..<equals]), ByteString(line[(equals + 1)...])))
                start = end + 1
            } else {
                guard let next = takeLongField(named: ByteString(line), after: end + 1) else { break }
                start = next
            }
        }
        pending.removeFirst(start)
        if pending.count > Self.limit { pending = [] }
        return entries
    }

    /// Takes a field with a length, and returns where the next one begins; nil if it is not complete.
    private mutating func takeLongField(named name: ByteString, after start: Int) -> Int? {
        guard pending.count >= start + 8 else { return nil }
        let length = pending[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // Not a field: go on with the next line.
        if length > UInt64(Self.limit) { return start }
        let end = start + 8 + Int(length)
        guard pending.count > end else { return nil }
        guard pending[end] == UInt8(ascii: "\n") else { return start }
        entry.fields.append((name, ByteString(pending[(start + 8)..<end])))
        return end + 1
    }
}
