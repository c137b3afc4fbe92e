// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A JSON object on a line of its own (RFC 8259), built member by member.
struct JSONLine {
    private var text: ByteString

    /// Begins an object that follows `schema`.
    init(schema: ByteString) {
        text = "{\"schema\":"
        text += schema.quotedForJSON
    }

    /// The whole line.
    var line: ByteString { text + "}\n" }

    /// Adds a string.
    mutating func add(_ name: ByteString, _ value: ByteString) { add(name, raw: value.quotedForJSON) }

    /// Adds a list of strings.
    mutating func add(_ name: ByteString, _ values: [ByteString]) {
        var list: ByteString = "["
        for value in values { list += (list.count > 1 ? "," : "") + value.quotedForJSON }
        add(name, raw: list + "]")
    }

    /// Adds a Boolean.
    mutating func add(_ name: ByteString, _ value: Bool) { add(name, raw: value ? "true" : "false") }

    /// Adds a number.
    mutating func add(_ name: ByteString, _ value: some BinaryInteger) { add(name, raw: ByteString(decimal: value)) }

    /// Adds a path: a string, and if the bytes are not UTF-8 also `NAME_hex` with all of them.
    mutating func add(path: ByteString, as name: ByteString) {
        add(name, path)
        if !UTF8Characters(path).isValid { add(name + "_hex", ByteString(hexadecimal: path.bytes)) }
    }

    private mutating func add(_ name: ByteString, raw value: ByteString) {
        text += "," + name.quotedForJSON + ":" + value
    }
}
