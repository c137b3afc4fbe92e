// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The appearance of text for people: as the terminal allows, and plain without a terminal.
struct TextStyle {
    /// The number of characters that fit into a line; nil if lines are not wrapped.
    let columns: Int?
    /// Whether emphasized text is coloured.
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

    /// The bytes of `line` for a terminal. Only this function adds escape sequences: the text cannot contain any.
    func text(of line: Line) -> ByteString {
        guard isColored, let number = line.emphasis.graphicRendition else { return line.text }
        let start = ByteString(line.text.bytes.prefix(line.extent))
        return "\u{1B}[\(number)m\(start)\u{1B}[m\(ByteString(line.text.bytes.dropFirst(line.extent)))"
    }
}

/// A line of text for people, and its emphasis.
struct Line {
    /// Why a line is emphasized.
    enum Emphasis {
        case none
        /// The line is the heading of a table.
        case heading
        /// The line says that it works.
        case success
        /// The line says what one should know, although it works.
        case note
        /// The line says what prevents something from working.
        case error

        /// The parameter of the control sequence SGR (console_codes(4)); nil for none.
        fileprivate var graphicRendition: Int? {
            switch self {
            case .none: nil
            case .heading: 1
            case .success: 32
            case .note: 33
            case .error: 31
            }
        }
    }

    /// The text, escaped.
    let text: ByteString
    let emphasis: Emphasis
    /// The number of bytes at the start that are emphasized.
    private(set) var extent = Int.max

    init(_ message: Message, _ emphasis: Emphasis = .none) { self.init(escaped: message.shown, emphasis) }

    /// Creates a line of text that comes from outside, or contains such text.
    init(_ text: ByteString, _ emphasis: Emphasis = .none) { self.init(escaped: text.escaped, emphasis) }

    /// Creates a line of text that should already be escaped; text that is not is escaped here.
    init(escaped text: ByteString, _ emphasis: Emphasis = .none) {
        self.text = text.isVisible ? text : text.escaped
        self.emphasis = emphasis
    }

    /// Creates a line of which the first `extent` bytes are emphasized.
    init(escaped text: ByteString, _ emphasis: Emphasis, extent: Int) {
        self.init(escaped: text, emphasis)
        self.extent = extent
    }
}
