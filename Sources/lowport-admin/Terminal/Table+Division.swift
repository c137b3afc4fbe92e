// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension Table.Column.Division {
    /// The parts of `cell` that stay whole, one after the other, each with the separator behind it but for blanks.
    func pieces(of cell: ByteString) -> [Substring] {
        words(of: cell.description).map(\.withoutBlanksBehind)
    }

    /// The parts of `cell` of at most `width` characters, or more where a piece is longer.
    func wrap(_ cell: ByteString, _ width: Int) -> [ByteString] {
        if cell.characterCount <= width { return [cell] }
        let text = cell.description
        var parts: [ByteString] = []
        var start = text.startIndex
        var end = start
        for word in words(of: text) {
            if start != word.startIndex, text[start..<word.endIndex].withoutBlanksBehind.count > width {
                parts.append(ByteString(String(text[start..<word.startIndex].withoutBlanksBehind)))
                start = word.startIndex
            }
            end = word.endIndex
            while self == .anywhere, text[start..<end].withoutBlanksBehind.count > width {
                let cut = text.index(start, offsetBy: width)
                parts.append(ByteString(String(text[start..<cut])))
                start = cut
            }
        }
        return parts + [ByteString(String(text[start..<end]))]
    }

    private var separators: [Character] {
        switch self {
        case .anywhere: [",", "/", " ", "-"]
        case .afterBlanks: [" "]
        case .afterCommas: [","]
        case .never: []
        }
    }

    /// `text` divided after each separator.
    private func words(of text: String) -> [Substring] {
        var words: [Substring] = []
        var rest = text[...]
        while let separator = rest.firstIndex(where: separators.contains) {
            let end = rest.index(after: separator)
            words.append(rest[..<end])
            rest = rest[end...]
        }
        if !rest.isEmpty || words.isEmpty { words.append(rest) }
        return words
    }
}

extension Substring {
    fileprivate var withoutBlanksBehind: Substring {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension ByteString {
    /// The number of characters in UTF-8: the bytes that are not continuation bytes.
    var characterCount: Int { bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }
}
