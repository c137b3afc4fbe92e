// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// A rules file, line by line, with everything that was written in it.
public struct RulesFile: Sendable {
    /// What a line holds.
    public enum Content: Hashable, Sendable {
        /// A comment, or nothing.
        case blank
        /// A rule, perhaps with a comment behind it.
        case rule(Rule)
        /// Something that is no rule. A file with such a line grants nothing.
        case invalid(RuleError)
    }

    /// A line of the file.
    public struct Line: Sendable {
        /// The number of the line, counted from 1.
        public let number: Int
        /// What it holds.
        public let content: Content
        /// Its bytes, without the newline.
        public let text: ArraySlice<UInt8>
    }

    /// The longest line that is read, in bytes.
    public static var maximumLineLength: Int { 4096 }
    /// The largest file that is read, in bytes.
    public static var maximumSize: Int { 4 << 20 }

    /// The path of the file, for messages.
    public let path: ByteString
    /// The bytes of the file.
    public let content: [UInt8]
    /// The lines.
    public let lines: [Line]

    /// Reads `content`, the bytes of the file at `path`.
    public init(path: ByteString, content: [UInt8]) {
        self.path = path
        self.content = content
        var lines: [Line] = []
        var rest = content[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let text = rest[rest.startIndex..<end]
            lines.append(Self.line(text, number: lines.count + 1))
            rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
        }
        self.lines = lines
    }

    private static func line(_ text: ArraySlice<UInt8>, number: Int) -> Line {
        var parser = RuleParser(text, line: number)
        do throws(RuleError) {
            let content: Content = if let rule = try parser.rule() { .rule(rule) } else { .blank }
            return Line(number: number, content: content, text: text)
        } catch {
            return Line(number: number, content: .invalid(error), text: text)
        }
    }

    /// The faults, in the order of the lines.
    public var errors: [RuleError] {
        lines.compactMap { line in
            if case .invalid(let error) = line.content { error } else { nil }
        }
    }

    /// Whether there is no fault.
    public var isValid: Bool { errors.isEmpty }

    /// The rules, and where they stand.
    public var rules: [(rule: Rule, location: RuleLocation)] {
        lines.compactMap { line in
            if case .rule(let rule) = line.content { (rule, RuleLocation(file: path, line: line.number)) } else { nil }
        }
    }
}
