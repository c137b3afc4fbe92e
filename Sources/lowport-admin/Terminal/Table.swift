// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Rows of text in columns, each as wide as its widest cell, or narrower to fit the terminal.
struct Table {
    /// A row: cells, which are already escaped, or a command below the last column, which is never divided.
    private enum Row {
        case cells([ByteString])
        case command(Message)
    }

    private var rows: [Row]
    private static let gap = 2
    /// The minimum width of a wrapped column; a terminal that is still too narrow breaks the lines itself.
    private static let narrowest = 9

    private let hasHeadings: Bool

    init(headings: [ByteString]? = nil) {
        rows = headings.map { [.cells($0)] } ?? []
        hasHeadings = headings != nil
    }

    /// Whether there are no rows, or only headings.
    var isEmpty: Bool { rows.count == (hasHeadings ? 1 : 0) }

    /// Adds a row of cells. Text of any origin is escaped, so that it stays in its cell.
    mutating func append(_ row: [ByteString]) { rows.append(.cells(row.map(\.escaped))) }

    /// Adds a row whose last cell is `message`; the other cells are empty.
    ///
    /// A message with a command is not divided: a copied part of a command is another command.
    mutating func append(below message: Message) {
        if message.hasCommand { return rows.append(.command(message)) }
        guard case .cells(let cells)? = rows.first else { return }
        rows.append(.cells(cells.dropLast().map { _ in "" } + [message.shown]))
    }

    /// The lines, without trailing blanks. Cells that do not fit continue on the next line.
    func lines(fitting style: TextStyle) -> [Line] {
        let widths = widths(fitting: style.columns)
        var lines: [Line] = []
        lines.reserveCapacity(rows.count)
        for (number, row) in rows.enumerated() {
            switch row {
            case .command(let message):
                let margin = widths.dropLast().reduce(0) { $0 + $1 + Self.gap }
                lines.append(Line(Message(ByteString([UInt8](repeating: UInt8(ascii: " "), count: margin))) + message))
            case .cells(let cells):
                for part in style.columns == nil ? [cells] : Self.parts(of: cells, widths) {
                    let emphasis: Line.Emphasis = number == 0 && hasHeadings ? .heading : .none
                    lines.append(Line(escaped: Self.line(part, widths), emphasis))
                }
            }
        }
        return lines
    }

    private func widths(fitting columns: Int?) -> [Int] {
        let rows = rows.compactMap { row -> [ByteString]? in
            if case .cells(let cells) = row { cells } else { nil }
        }
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

    /// `row` divided into rows whose cells are not wider than `widths`.
    private static func parts(of row: [ByteString], _ widths: [Int]) -> [[ByteString]] {
        let wrapped = zip(row, widths).map { wrap($0, $1) }
        return (0..<(wrapped.map(\.count).max() ?? 0)).map { part in
            wrapped.map { part < $0.count ? $0[part] : "" }
        }
    }

    /// Parts of `cell` of at most `width` characters, divided after a comma, a slash, a blank or a dash if possible.
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
    /// The number of characters in UTF-8: the bytes that are not continuation bytes.
    fileprivate var characterCount: Int { bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }
}
