// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Rows of text in columns, each as wide as its widest cell, or as the terminal has room for.
struct Table {
    private var rows: [[ByteString]]
    private static let gap = 2
    /// Columns are not made narrower than this; a terminal that is too narrow even so breaks the lines itself.
    private static let narrowest = 9

    private let hasHeadings: Bool

    init(headings: [ByteString]? = nil) {
        rows = headings.map { [$0] } ?? []
        hasHeadings = headings != nil
    }

    /// Whether there is nothing, or only headings.
    var isEmpty: Bool { rows.count == (hasHeadings ? 1 : 0) }

    mutating func append(_ row: [ByteString]) { rows.append(row) }

    /// The lines, without blanks at their ends. Cells that do not fit continue below.
    func lines(fitting style: TextStyle) -> [ByteString] {
        let widths = widths(fitting: style.columns)
        var lines: [ByteString] = []
        lines.reserveCapacity(rows.count)
        for (number, row) in rows.enumerated() {
            for part in style.columns == nil ? [row] : Self.parts(of: row, widths) {
                let line = Self.line(part, widths)
                lines.append(number == 0 && hasHeadings ? style.heading(line) : line)
            }
        }
        return lines
    }

    private func widths(fitting columns: Int?) -> [Int] {
        guard let first = rows.first else { return [] }
        var widths = first.indices.map { column in rows.map { $0[column].characterCount }.max() ?? 0 }
        guard let columns else { return widths }
        var excess = widths.reduce(0, +) + (widths.count - 1) * Self.gap - columns
        while excess > 0, let widest = widths.max(), widest > Self.narrowest, let index = widths.firstIndex(of: widest)
        {
            widths[index] -= 1
            excess -= 1
        }
        return widths
    }

    /// `row` as rows whose cells are not wider than `widths`.
    private static func parts(of row: [ByteString], _ widths: [Int]) -> [[ByteString]] {
        let wrapped = zip(row, widths).map { wrap($0, $1) }
        return (0..<(wrapped.map(\.count).max() ?? 0)).map { part in
            wrapped.map { part < $0.count ? $0[part] : "" }
        }
    }

    /// Parts of `cell` of at most `width` characters, divided behind a comma, a slash or a blank if possible.
    private static func wrap(_ cell: ByteString, _ width: Int) -> [ByteString] {
        if cell.characterCount <= width { return [cell] }
        var parts: [ByteString] = []
        var rest = Array(cell.description)
        while rest.count > width {
            let separators: [Character] = [",", "/", " ", "-"]
            let end = rest[..<width].lastIndex { separators.contains($0) }.map { $0 + 1 } ?? width
            parts.append(ByteString(String(rest[..<end])))
            rest.removeFirst(end)
        }
        return parts + [ByteString(String(rest))]
    }

    private static func line(_ cells: [ByteString], _ widths: [Int]) -> ByteString {
        var line: [UInt8] = []
        for (cell, width) in zip(cells, widths) {
            line += cell.bytes
            line += repeatElement(UInt8(ascii: " "), count: max(0, width - cell.characterCount) + gap)
        }
        while line.last == UInt8(ascii: " ") { line.removeLast() }
        return ByteString(line)
    }
}

extension ByteString {
    /// How many characters of UTF-8 there are: bytes that do not continue another.
    fileprivate var characterCount: Int { bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }
}
