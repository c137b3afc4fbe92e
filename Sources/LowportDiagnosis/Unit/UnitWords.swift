// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
package import LowportLinux

/// The words of a value in a unit file.
package enum UnitWords {
    /// The words of a command line, in quotation marks or not (systemd.service(5), "Command lines"); nil if a
    /// quotation mark is not closed.
    ///
    /// Variables stay as they are written: their values are known when the service starts.
    package static func split(_ text: ByteString) -> [ByteString]? { QuotedWords.split(text.bytes[...], escaped) }

    /// The letters of escape sequences, and what they stand for.
    private static let letters: ByteString = "abfnrtvs"
    private static let controls: [UInt8] = [0x07, 0x08, 0x0C, 0x0A, 0x0D, 0x09, 0x0B, 0x20]

    /// The bytes of an escape sequence, whose backslash has been read; what is none stays as it is.
    private static func escaped(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        guard let byte = rest.popFirst() else { return [UInt8(ascii: "\\")] }
        if let index = letters.bytes.firstIndex(of: byte) { return [controls[index]] }
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return [byte]
        case UInt8(ascii: "x"): return number(&rest, digits: 2, base: 16) ?? [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            rest = [byte] + rest
            return number(&rest, digits: 3, base: 8) ?? [UInt8(ascii: "\\")]
        default: return [UInt8(ascii: "\\"), byte]
        }
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int, base: UInt8) -> [UInt8]? {
        guard rest.count >= digits, let value = Digits.number(rest.prefix(digits), base: base, upTo: 255), value > 0
        else { return nil }
        rest = rest.dropFirst(digits)
        return [UInt8(value)]
    }

    /// The words of a list, in quotation marks or not. Where a mark is not closed, the marks are letters like others.
    package static func unquoted(_ text: ByteString) -> [ByteString] { split(text) ?? list(text) }

    /// The words of a list, separated by blanks.
    package static func list(_ text: ByteString) -> [ByteString] {
        text.bytes.split(whereSeparator: Digits.isBlank).map { ByteString($0) }
    }

    /// The truth value of `text`; nil if it is none.
    package static func flag(_ text: ByteString) -> Bool? {
        switch ByteString(text.bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }) {
        case "1", "yes", "y", "true", "t", "on": true
        case "0", "no", "n", "false", "f", "off": false
        default: nil
        }
    }
}
