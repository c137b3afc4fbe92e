// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Rows of text in columns, each as wide as its widest cell.
struct Table {
    private var rows: [[ByteString]]

    init(headings: [ByteString]? = nil) { rows = headings.map { [$0] } ?? [] }

    mutating func append(_ row: [ByteString]) { rows.append(row) }

    /// The lines, without blanks at their ends.
    var lines: [ByteString] {
        guard let first = rows.first else { return [] }
        let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ByteString()
            for (cell, width) in zip(row, widths) {
                line += cell + ByteString([UInt8](repeating: UInt8(ascii: " "), count: width - cell.count + 2))
            }
            while line.bytes.last == UInt8(ascii: " ") { line.bytes.removeLast() }
            return line
        }
    }
}
