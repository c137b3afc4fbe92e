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

    /// The bytes of `line` for a terminal. Colour begins and ends here alone: in the message there can be none.
    func text(of line: Line) -> ByteString {
        guard isColored else { return line.text }
        switch line.emphasis {
        case .none: return line.text
        case .heading: return "\u{1B}[1m\(line.text)\u{1B}[m"
        case .error: return "\u{1B}[31m\(line.text)\u{1B}[m"
        }
    }
}

/// A line of text for people, and how it stands out.
struct Line {
    /// Why a line stands out.
    enum Emphasis {
        case none
        /// It stands over a table.
        case heading
        /// It says what keeps something from working.
        case error
    }

    /// What it says, escaped.
    let text: ByteString
    /// How it stands out.
    let emphasis: Emphasis

    init(_ message: Message, _ emphasis: Emphasis = .none) { self.init(escaped: message.shown, emphasis) }

    /// Creates a line of what others wrote, or what has it in it.
    init(_ text: ByteString, _ emphasis: Emphasis = .none) { self.init(escaped: text.escaped, emphasis) }

    /// Creates a line of what is escaped already; if it is not, it is now.
    init(escaped text: ByteString, _ emphasis: Emphasis = .none) {
        self.text = text.isVisible ? text : text.escaped
        self.emphasis = emphasis
    }
}
