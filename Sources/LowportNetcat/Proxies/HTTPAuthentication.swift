// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A challenge, or credentials, of HTTP: a scheme with parameters (RFC 9110, 11.3 and 11.4).
struct HTTPAuthentication: Equatable {
    /// The name of the scheme, as given.
    let scheme: ByteString
    /// Names and values, in order; quoted values without their quotation marks.
    private(set) var parameters: [(name: ByteString, value: ByteString)] = []

    /// Whether both have the same scheme and parameters.
    static func == (left: HTTPAuthentication, right: HTTPAuthentication) -> Bool {
        left.scheme == right.scheme && left.parameters.count == right.parameters.count
            && zip(left.parameters, right.parameters).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    }

    /// The value of the first parameter with that name; nil if there is none.
    subscript(_ name: ByteString) -> ByteString? {
        parameters.first { $0.name.isEqualIgnoringCase(name) }?.value
    }

    /// Whether it is of the scheme `name`.
    func isOf(_ name: ByteString) -> Bool { scheme.isEqualIgnoringCase(name) }

    /// Reads the text of a field, which may have several, separated by commas as their parameters are.
    static func list(_ text: ByteString) -> [HTTPAuthentication] {
        var found: [HTTPAuthentication] = []
        for item in items(text) {
            if let parameter = parameter(item) {
                // Before the first scheme, there is nothing that it could belong to.
                if !found.isEmpty { found[found.count - 1].parameters.append(parameter) }
                continue
            }
            let name = item.prefix { !isBlank($0) }
            var next = HTTPAuthentication(scheme: ByteString(name))
            if let first = parameter(item.dropFirst(name.count).drop(while: isBlank)) { next.parameters.append(first) }
            found.append(next)
        }
        return found
    }

    /// The parts of `text` between commas that are not within quotation marks, without surrounding blanks; none is empty.
    private static func items(_ text: ByteString) -> [ArraySlice<UInt8>] {
        var items: [ArraySlice<UInt8>] = []
        var (start, isQuoted, isEscaped) = (0, false, false)
        let bytes = text.bytes + [UInt8(ascii: ",")]
        for (index, byte) in bytes.enumerated() {
            // A quotation that does not end goes to the end of the text.
            let isEnd = index == text.count
            if isEscaped && !isEnd {
                isEscaped = false
            } else if isQuoted && byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: ",") && (!isQuoted || isEnd) {
                let item = HTTPField.trimmed(bytes[start..<index])
                if !item.isEmpty { items.append(item.bytes[...]) }
                start = index + 1
            }
        }
        return items
    }

    /// `name=value`, with blanks around the sign if there are any; nil if `item` is something else, such as a scheme.
    private static func parameter(_ item: ArraySlice<UInt8>) -> (name: ByteString, value: ByteString)? {
        let name = item.prefix { $0 != UInt8(ascii: "=") && !isBlank($0) }
        let rest = item.dropFirst(name.count).drop(while: isBlank)
        guard !name.isEmpty, rest.first == UInt8(ascii: "=") else { return nil }
        let value = rest.dropFirst().drop(while: isBlank)
        // What the scheme Basic has instead of parameters may end with such signs.
        guard let first = value.first, first != UInt8(ascii: "=") else { return nil }
        return (ByteString(name), unquoted(value))
    }

    private static func unquoted(_ value: ArraySlice<UInt8>) -> ByteString {
        guard value.first == UInt8(ascii: "\"") else { return ByteString(value) }
        var text = ByteString()
        var isEscaped = false
        for byte in value.dropFirst() {
            if !isEscaped && byte == UInt8(ascii: "\"") { break }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            if !isEscaped { text.bytes.append(byte) }
        }
        return text
    }

    /// `text` in quotation marks; characters that could end the line are dropped.
    static func quoted(_ text: ByteString) -> ByteString {
        var result = "\"" as ByteString
        for byte in text.bytes where byte >= 0x20 && byte != 0x7F {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { result.bytes.append(UInt8(ascii: "\\")) }
            result.bytes.append(byte)
        }
        return result + "\""
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
