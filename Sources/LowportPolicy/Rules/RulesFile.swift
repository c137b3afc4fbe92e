// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A rules file, line by line, with its complete text.
package struct RulesFile: Sendable {
    /// What a line holds.
    package enum Content: Hashable, Sendable {
        /// A comment, or an empty line.
        case blank
        /// A rule, possibly followed by a comment.
        case rule(Rule)
        /// A line that confines processes to what the rules allow.
        case confinement(ConfinedPrincipal)
        /// An invalid line. A file with such a line grants nothing.
        case invalid(RuleError)
    }

    /// A line of the file.
    package struct Line: Sendable {
        /// The number of the line, counted from 1.
        package let number: Int
        /// The content of the line.
        package let content: Content
        /// The bytes of the line, without the newline.
        package let text: ArraySlice<UInt8>
    }

    /// The maximum length of a line, in bytes.
    package static var maximumLineLength: Int { 4096 }
    /// The maximum size of a file, in bytes.
    package static var maximumSize: Int { 4 << 20 }

    /// The path of the file, for messages.
    package let path: ByteString
    /// The bytes of the file.
    package let content: [UInt8]
    /// The lines.
    package let lines: [Line]
    /// Whether the file has no error.
    package let isValid: Bool

    /// Parses `content`, the bytes of the file at `path`.
    /// - Parameter port: the only port of interest; nil for all. Blank lines and rules without this port are then
    ///   dropped. Errors count in every line.
    package init(path: ByteString, content: [UInt8], onlyFor port: Port? = nil) {
        self.path = path
        self.content = content
        var lines: [Line] = []
        var isValid = true
        var (start, number) = (0, 0)
        while start < content.count {
            let end = content.position(of: UInt8(ascii: "\n"), from: start)
            number += 1
            let line = Self.line(content[start..<end], number: number, onlyFor: port)
            if case .invalid = line.content { isValid = false }
            if port == nil || line.isAboutThePort { lines.append(line) }
            start = end + 1
        }
        self.lines = lines
        self.isValid = isValid
    }

    private static func line(_ text: ArraySlice<UInt8>, number: Int, onlyFor port: Port?) -> Line {
        var parser = RuleParser(text, line: number, onlyFor: port)
        do throws(RuleError) {
            return Line(number: number, content: try parser.content(), text: text)
        } catch {
            return Line(number: number, content: .invalid(error), text: text)
        }
    }

    /// The errors, in the order of the lines.
    package var errors: [RuleError] {
        lines.compactMap { line in
            if case .invalid(let error) = line.content { error } else { nil }
        }
    }

    /// The rules and their locations.
    package var rules: [(rule: Rule, location: RuleLocation)] {
        lines.compactMap { line in
            if case .rule(let rule) = line.content { (rule, RuleLocation(file: path, line: line.number)) } else { nil }
        }
    }
}

extension RulesFile.Line {
    /// Whether anything is left of the line after parsing it for a single port.
    fileprivate var isAboutThePort: Bool {
        switch content {
        case .blank: false
        case .rule(let rule): !rule.ports.isEmpty
        case .confinement, .invalid: true
        }
    }
}
