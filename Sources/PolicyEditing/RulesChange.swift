// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// The effect of an edit on a rules file: the removed lines, the added lines, and the resulting text.
public struct RulesChange: Hashable, Sendable {
    /// The lines that are removed.
    public var removed: [ByteString] = []
    /// The lines that are added.
    public var added: [ByteString] = []
    /// The resulting text of the file.
    public var content: [UInt8] = []

    /// Creates a change.
    public init(removed: [ByteString] = [], added: [ByteString] = [], content: [UInt8] = []) {
        self.removed = removed
        self.added = added
        self.content = content
    }

    /// Whether the file is unchanged.
    public var isEmpty: Bool { removed.isEmpty && added.isEmpty }
}

extension RulesFile {
    /// Adds `rule` at the end, unless a rule of the file already allows as much.
    /// - Parameter comment: the text to put after the rule, without the `#`.
    public func adding(_ rule: Rule, comment: ByteString? = nil) -> RulesChange {
        var change = RulesChange(content: content)
        if rules.contains(where: { $0.rule.covers(rule) }) { return change }
        let line = rule.byteString + (comment.map { "  # \($0)" } ?? "")
        if !change.content.isEmpty, change.content.last != UInt8(ascii: "\n") {
            change.content.append(UInt8(ascii: "\n"))
        }
        change.content += (line + "\n").bytes
        change.added = [line]
        return change
    }

    /// Takes `revocation` from every rule. Lines that are not affected keep their bytes; comments stay with their rule.
    public func removing(_ revocation: Revocation) -> RulesChange {
        var change = RulesChange()
        for line in lines {
            guard case .rule(let rule) = line.content else {
                change.content += line.text + [UInt8(ascii: "\n")]
                continue
            }
            let left = rule.subtracting(revocation)
            if left == [rule] {
                change.content += line.text + [UInt8(ascii: "\n")]
                continue
            }
            change.removed.append(ByteString(line.text))
            for part in left {
                let text = part.byteString + Self.comment(of: line)
                change.added.append(text)
                change.content += (text + "\n").bytes
            }
        }
        if change.isEmpty { change.content = content }
        return change
    }

    /// The comment after the rule of `line`, with two blanks before it.
    private static func comment(of line: Line) -> ByteString {
        guard let hash = line.text.firstIndex(of: UInt8(ascii: "#")) else { return "" }
        return "  " + ByteString(line.text[hash...])
    }
}
