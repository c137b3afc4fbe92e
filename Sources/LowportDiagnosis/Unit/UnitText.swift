// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The text of a unit file (systemd.syntax(7)): its assignments, and the lines that do not count.
package struct UnitText: Hashable, Sendable {
    /// An assignment of one line, or of several that are continued.
    package struct Assignment: Hashable, Sendable {
        /// The name of the section, without the brackets.
        package var section: ByteString
        /// The name of the setting.
        package var name: ByteString
        /// The value, without blanks around it; each continued line goes on after a blank.
        package var value: ByteString
        /// The number of the first line, from 1.
        package var line: Int
    }

    /// A line that systemd skips with a warning.
    package struct SkippedLine: Hashable, Sendable {
        /// The number of the line, from 1.
        package var line: Int
        /// Why it does not count, as the end of a sentence.
        package var reason: ByteString
    }

    /// A line because of which systemd refuses the whole file.
    package struct SyntaxError: Error, Hashable, Sendable {
        /// The number of the line, from 1.
        package var line: Int
        /// What is wrong, as a sentence.
        package var reason: ByteString
    }

    /// The assignments, in order.
    package private(set) var assignments: [Assignment] = []
    /// The lines that do not count, in order.
    package private(set) var skipped: [SkippedLine] = []
    private var section: ByteString?

    /// Parses `content`. Throws the first error because of which systemd would refuse the file.
    package init(_ content: [UInt8]) throws(SyntaxError) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = content.starts(with: mark) ? content[mark.count...] : content[...]
        var continued: (text: [UInt8], line: Int)?
        for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let first = line.first { !Digits.isBlank($0) }
            // A comment between continued lines is skipped, and ends nothing.
            if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") { continue }
            var (whole, number) = continued ?? ([], index + 1)
            whole += line.last == 0x0D ? line.dropLast() : line
            continued = nil
            if Self.isContinued(whole) {
                whole[whole.count - 1] = 0x20
                continued = (whole, number)
            } else {
                try take(ByteString(whole).trimmed, number)
            }
        }
        if let (whole, number) = continued { try take(ByteString(whole).trimmed, number) }
    }

    /// Whether the line ends with a backslash that no other one escapes.
    private static func isContinued(_ line: [UInt8]) -> Bool {
        line.reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
    }

    private mutating func take(_ line: ByteString, _ number: Int) throws(SyntaxError) {
        if line.isEmpty { return }
        if String(validating: line.bytes, as: UTF8.self) == nil {
            skipped.append(SkippedLine(line: number, reason: "it is not UTF-8"))
            return
        }
        if line.hasPrefix("[") {
            guard line.hasSuffix("]") else {
                throw SyntaxError(line: number, reason: "a section has no closing bracket")
            }
            section = ByteString(line.bytes.dropFirst().dropLast())
            return
        }
        guard let section else {
            skipped.append(SkippedLine(line: number, reason: "no section stands before it"))
            return
        }
        guard let sign = line.bytes.firstIndex(of: UInt8(ascii: "=")), sign > 0 else {
            skipped.append(SkippedLine(line: number, reason: "it assigns nothing to a name"))
            return
        }
        assignments.append(
            Assignment(
                section: section,
                name: ByteString(line.bytes[..<sign]).trimmed,
                value: ByteString(line.bytes[(sign + 1)...]).trimmed,
                line: number
            )
        )
    }
}

extension ByteString {
    /// The text without blanks at its beginning and its end.
    var trimmed: ByteString {
        let start = bytes.drop(while: Digits.isBlank)
        return ByteString(
            start.prefix(upTo: start.lastIndex { !Digits.isBlank($0) }.map { $0 + 1 } ?? start.startIndex)
        )
    }
}
