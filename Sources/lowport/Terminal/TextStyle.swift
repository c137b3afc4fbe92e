// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// How text for people looks: as the terminal allows, and plain where there is none.
struct TextStyle {
    /// How many characters fit into a line; nil if nobody breaks lines.
    let columns: Int?
    /// Whether some text may stand out.
    let isColored: Bool

    /// The style for standard output: colour on a terminal, unless NO_COLOR is set (no-color.org).
    static var standardOutput: TextStyle {
        let columns = InheritedDescriptor.standardOutput.terminalColumns
        let isPlain = Environment.value(of: "NO_COLOR").map { !$0.isEmpty } ?? false
        return TextStyle(
            columns: columns,
            isColored: columns != nil && !isPlain && Environment.value(of: "TERM") != "dumb"
        )
    }

    /// The line over a table.
    func heading(_ line: ByteString) -> ByteString { isColored ? "\u{1B}[1m\(line)\u{1B}[m" : line }

    /// What keeps something from working.
    func fault(_ text: ByteString) -> ByteString { isColored ? "\u{1B}[31m\(text)\u{1B}[m" : text }
}
