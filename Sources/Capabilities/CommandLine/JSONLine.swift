// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// A JSON object on a line of its own (RFC 8259), made member by member.
struct JSONLine {
    private var text: ByteString

    /// Begins an object that follows `schema`.
    init(schema: ByteString) {
        text = "{\"schema\":"
        text += Self.quoted(schema)
    }

    /// The whole line.
    var line: ByteString { text + "}\n" }

    /// Adds a text.
    mutating func add(_ name: ByteString, _ value: ByteString) { add(name, raw: Self.quoted(value)) }

    /// Adds a list of texts.
    mutating func add(_ name: ByteString, _ values: [ByteString]) {
        var list: ByteString = "["
        for value in values { list += (list.count > 1 ? "," : "") + Self.quoted(value) }
        add(name, raw: list + "]")
    }

    /// Adds a truth value.
    mutating func add(_ name: ByteString, _ value: Bool) { add(name, raw: value ? "true" : "false") }

    /// Adds a number.
    mutating func add(_ name: ByteString, _ value: some BinaryInteger) { add(name, raw: ByteString(decimal: value)) }

    /// Adds a path: a text, and where the bytes are no UTF-8 also `NAME_hex` with all of them.
    mutating func add(path: ByteString, as name: ByteString) {
        add(name, path)
        if !UTF8Text(path.bytes).isValid { add(name + "_hex", Hexadecimal.text(path.bytes)) }
    }

    private mutating func add(_ name: ByteString, raw value: ByteString) {
        text += "," + Self.quoted(name) + ":" + value
    }

    /// `value` as a JSON string; bytes that are no UTF-8 become U+FFFD.
    private static func quoted(_ value: ByteString) -> ByteString {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for part in UTF8Text(value.bytes) {
            guard let byte = part.first else { continue }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): quoted += "\\n".utf8
            case UInt8(ascii: "\t"): quoted += "\\t".utf8
            case 0..<0x20: quoted += "\\u00".utf8 + Array(Hexadecimal.text([byte]).bytes)
            default: quoted += part
            }
        }
        return ByteString(quoted + [UInt8(ascii: "\"")])
    }
}

/// Bytes, taken as the characters of UTF-8 (RFC 3629); what is none is taken byte by byte, as U+FFFD.
private struct UTF8Text: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>
    private static let replacement: ArraySlice<UInt8> = [0xEF, 0xBF, 0xBD]

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Whether all of it is UTF-8.
    var isValid: Bool {
        var copy = self
        while !copy.rest.isEmpty {
            guard let length = copy.length else { return false }
            copy.rest = copy.rest.dropFirst(length)
        }
        return true
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let length = length
        defer { rest = rest.dropFirst(length ?? 1) }
        return length.map { rest.prefix($0) } ?? Self.replacement
    }

    /// How long the character is that begins here; nil if none does.
    private var length: Int? {
        guard let first = rest.first else { return nil }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return nil
        }
        let others = rest.dropFirst().prefix(length - 1)
        guard others.count == length - 1, let next = others.first, second.contains(next) else { return nil }
        return others.dropFirst().allSatisfy { $0 >= 0x80 && $0 <= 0xBF } ? length : nil
    }
}
