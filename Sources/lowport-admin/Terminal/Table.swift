// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Rows of text in columns, each as wide as its widest cell, or narrower to fit the terminal.
struct Table {
    /// A row: cells, which are already escaped, or a command below the last column, which is never divided.
    private enum Row {
        case cells([ByteString], Line.Emphasis = .none)
        case command(Message)
    }

    /// A column with a heading.
    struct Column {
        /// Where a cell that is too wide for the terminal may be divided.
        enum Division {
            case anywhere, afterBlanks, afterCommas, never
        }

        let heading: ByteString
        let division: Division
        /// Whether a terminal does not show the column if `-` is in every row. Without a terminal every column is shown,
        /// so that a program finds each in its place.
        let isOptional: Bool

        init(_ heading: ByteString, divided division: Division, isOptional: Bool = false) {
            self.heading = heading
            self.division = division
            self.isOptional = isOptional
        }
    }

    private var rows: [Row] = []
    private let columns: [Column]
    private static let gap = 2
    /// The minimum width of a column that may be divided anywhere.
    private static let narrowest = 9
    /// The blanks before a last column that is below its row.
    private static let indent = 4

    /// Creates a table whose columns have no headings, and are divided anywhere.
    init() { columns = [] }

    /// Creates a table with headings. A last column that is never divided is put below the rows where it does not fit.
    init(columns: [Column]) {
        self.columns = columns
        rows = [.cells(columns.map(\.heading))]
    }

    /// Creates a table with headings, divided anywhere.
    init(headings: [ByteString]) { self.init(columns: headings.map { Column($0, divided: .anywhere) }) }

    private var hasHeadings: Bool { !columns.isEmpty }

    /// Whether there are no rows, or only headings.
    var isEmpty: Bool { rows.count == (hasHeadings ? 1 : 0) }

    /// Adds a row of cells. Text of any origin is escaped, so that it stays in its cell.
    /// - Parameter emphasis: that of the first cell.
    mutating func append(_ row: [ByteString], _ emphasis: Line.Emphasis = .none) {
        rows.append(.cells(row.map(\.escaped), emphasis))
    }

    /// Adds a row whose last cell is `message`; the other cells are empty.
    ///
    /// A message with a command is not divided: a copied part of a command is another command.
    mutating func append(below message: Message) {
        if message.hasCommand { return rows.append(.command(message)) }
        guard case .cells(let cells, _)? = rows.first else { return }
        rows.append(.cells(cells.dropLast().map { _ in "" } + [message.shown]))
    }

    /// The lines, without trailing blanks. Cells that do not fit continue on the next line.
    func lines(fitting style: TextStyle) -> [Line] {
        guard let width = style.columns else { return lines(Layout(cells, columns.map(\.division), width: nil)) }
        let used = columns.indices.filter { isUsed($0) }
        if used.count == columns.count { return lines(Layout(cells, columns.map(\.division), width: width)) }
        var table = Table(columns: used.map { columns[$0] })
        table.rows = rows.map { row in
            guard case .cells(let cells, let emphasis) = row else { return row }
            return .cells(used.map { cells[$0] }, emphasis)
        }
        return table.lines(fitting: style)
    }

    private var cells: [[ByteString]] { rows.compactMap { if case .cells(let cells, _) = $0 { cells } else { nil } } }

    private func isUsed(_ column: Int) -> Bool {
        !columns[column].isOptional || cells.dropFirst().contains { $0[column] != "-" }
    }

    private func lines(_ layout: Layout) -> [Line] {
        var lines: [Line] = []
        lines.reserveCapacity(rows.count)
        for (number, row) in rows.enumerated() {
            switch row {
            case .command(let message):
                let margin = layout.widths.dropLast().reduce(0) { $0 + $1 + Self.gap }
                lines.append(Line(Message(ByteString.blanks(margin)) + message))
            case .cells(let cells, let emphasis):
                let isHeading = number == 0 && hasHeadings
                for (index, part) in layout.parts(of: cells).enumerated() {
                    let text = layout.line(part)
                    if isHeading {
                        lines.append(Line(escaped: text, .heading))
                    } else {
                        let first = part.first?.count ?? 0
                        lines.append(Line(escaped: text, index == 0 ? emphasis : .none, extent: first))
                    }
                }
                if layout.lastIsBelow, let last = cells.last {
                    let text = ByteString.blanks(Self.indent) + last
                    lines.append(Line(escaped: text, isHeading ? .heading : .none))
                }
            }
        }
        return lines
    }

    /// The widths of the columns, and how cells are divided to fit them.
    private struct Layout {
        let widths: [Int]
        let lastIsBelow: Bool
        private let divisions: [Column.Division]
        private let isDivided: Bool

        /// - Parameters:
        ///   - divisions: those of the columns; empty for columns that are divided anywhere.
        ///   - width: the number of characters that fit into a line; nil to divide nothing.
        init(_ rows: [[ByteString]], _ divisions: [Column.Division], width: Int?) {
            let count = rows.first?.count ?? 0
            let divisions = divisions.isEmpty ? Array(repeating: .anywhere, count: count) : divisions
            var widths = (0..<count).map { column in rows.map { $0[column].characterCount }.max() ?? 0 }
            var least = (0..<count).map { (column: Int) -> Int in
                divisions[column] == .anywhere
                    ? narrowest
                    : rows.flatMap { divisions[column].pieces(of: $0[column]) }.map(\.count).max() ?? 0
            }
            func excess(_ widths: [Int]) -> Int { widths.reduce(0, +) + (widths.count - 1) * gap - (width ?? .max) }
            lastIsBelow = divisions.last == .never && excess(least) > 0
            if lastIsBelow {
                widths.removeLast()
                least.removeLast()
            }
            var rest = max(0, excess(widths))
            while rest > 0,
                let index = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
            {
                widths[index] -= 1
                rest -= 1
            }
            self.widths = widths
            self.divisions = divisions
            isDivided = width != nil
        }

        /// `row` divided into rows whose cells are not wider than the columns, as far as they may be divided.
        func parts(of row: [ByteString]) -> [[ByteString]] {
            if !isDivided { return [row] }
            let wrapped: [[ByteString]] = widths.indices.map { divisions[$0].wrap(row[$0], widths[$0]) }
            let height = wrapped.map(\.count).max() ?? 0
            return (0..<height).map { (part: Int) -> [ByteString] in
                wrapped.map { cell in part < cell.count ? cell[part] : "" }
            }
        }

        /// `cells` in one line, without trailing blanks.
        func line(_ cells: [ByteString]) -> ByteString {
            var line: [UInt8] = []
            for (cell, width) in zip(cells, widths) {
                line += cell.bytes
                line += repeatElement(UInt8(ascii: " "), count: max(0, width - cell.characterCount) + gap)
            }
            while line.last == UInt8(ascii: " ") { line.removeLast() }
            return ByteString(line)
        }
    }
}

extension ByteString {
    fileprivate static func blanks(_ count: Int) -> ByteString {
        ByteString([UInt8](repeating: UInt8(ascii: " "), count: count))
    }
}
