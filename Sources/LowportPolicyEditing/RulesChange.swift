// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

/// The effect of an edit on a rules file: the removed lines, the added lines, and the resulting text.
package struct RulesChange: Hashable, Sendable {
    /// The lines that are removed.
    package var removed: [ByteString] = []
    /// The lines that are added.
    package var added: [ByteString] = []
    /// The resulting text of the file.
    package var content: [UInt8] = []

    /// Creates a change.
    package init(removed: [ByteString] = [], added: [ByteString] = [], content: [UInt8] = []) {
        self.removed = removed
        self.added = added
        self.content = content
    }

    /// Whether the file is unchanged.
    package var isEmpty: Bool { removed.isEmpty && added.isEmpty }
}

extension RulesFile {
    /// Adds `rule` at the end, unless a rule of the file already allows as much.
    /// - Parameter comment: the text to put after the rule, without the `#`.
    package func adding(_ rule: Rule, comment: ByteString? = nil) -> RulesChange {
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

    /// Adds `rule` unless a rule of the file already allows as much, and `confinement` unless the file has it.
    package func adding(_ rule: Rule, _ confinement: ConfinedPrincipal, comment: ByteString? = nil) -> RulesChange {
        var change = adding(rule, comment: comment)
        if confinements.contains(where: { $0.confinement == confinement }) { return change }
        if !change.content.isEmpty, change.content.last != UInt8(ascii: "\n") {
            change.content.append(UInt8(ascii: "\n"))
        }
        change.content += (confinement.byteString + "\n").bytes
        change.added.append(confinement.byteString)
        return change
    }

    /// Takes `revocation` from every rule, and removes `confinement` if no rule for its program is left.
    package func removing(_ revocation: Revocation, _ confinement: ConfinedPrincipal) -> RulesChange {
        let change = removing(revocation)
        let rest = RulesFile(path: path, content: change.content)
        if rest.rules.contains(where: { $0.rule.principal.program == confinement.program }) { return change }
        var less = change
        less.content = []
        for line in rest.lines {
            if case .confinement(confinement) = line.content {
                less.removed.append(ByteString(line.text))
            } else {
                less.content += line.text + [UInt8(ascii: "\n")]
            }
        }
        less.content = Self.filled(less.content)
        return less.isEmpty ? change : less
    }

    /// Takes `revocation` from every rule. Lines that are not affected keep their bytes; comments stay with their rule.
    package func removing(_ revocation: Revocation) -> RulesChange {
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

extension RulesFile {
    /// The content without the last line that is each of `texts`.
    package func without(_ texts: [ByteString]) -> [UInt8] {
        var left = lines.map { ByteString($0.text) }
        for text in texts { if let index = left.lastIndex(of: text) { left.remove(at: index) } }
        return Self.filled(left.reduce(into: []) { $0 += $1.bytes + [UInt8(ascii: "\n")] })
    }

    /// `content`, or a comment: an empty file that confined somebody before is taken for a lost one.
    private static func filled(_ content: [UInt8]) -> [UInt8] {
        content.isEmpty ? Array("# See lowport.rules(5).\n".utf8) : content
    }
}
