// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

/// A file below `/etc/lowport` that is changed as a whole.
package enum RulesPlace: Hashable, Sendable {
    /// The rules that `lowport grant` writes.
    case main
    /// Rules of somebody else: the file with this name in `rules.d`, whose name ends with `.rules`.
    case extra(ByteString)
    /// The programs that keep capabilities.
    case programs

    /// The name of the file in its directory.
    package var name: ByteString {
        switch self {
        case .main: "rules"
        case .extra(let name): name
        case .programs: "programs"
        }
    }

    /// The directory of the file.
    package var directory: ByteString {
        if case .extra = self { return RuleStore.extraPath }
        return "/etc/lowport"
    }

    /// The path of the file.
    package var path: ByteString { "\(directory)/\(name)" }

    /// The file of rules that belongs to `owner`: letters, digits, `-`, `_` and dots, of which the first is none; nil for
    /// another name.
    package static func extra(of owner: ByteString) -> RulesPlace? {
        let suffix = RuleStore.extraSuffix
        let stem = owner.hasSuffix(suffix) ? ByteString(owner.bytes.dropLast(suffix.count)) : owner
        guard let first = stem.bytes.first, first != UInt8(ascii: "."), stem.count <= 200 else { return nil }
        let isPlain = stem.bytes.allSatisfy { byte in
            Digits.isDecimal(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_.".utf8.contains(byte)
        }
        return isPlain ? .extra(stem + suffix) : nil
    }
}

extension RulesFile {
    /// The change that makes `newContent` the text of the file if it says something else: other comments, blanks and empty
    /// lines are no difference.
    package func applied(_ newContent: [UInt8]) -> RulesChange {
        let new = RulesFile(path: path, content: newContent)
        func said(_ file: RulesFile) -> [Content] { file.lines.map(\.content).filter { $0 != .blank } }
        if said(self) == said(new) { return RulesChange(content: content) }
        return replaced(by: newContent)
    }
}
