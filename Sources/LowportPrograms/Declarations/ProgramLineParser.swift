// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy

/// Parses one line of lowport.programs(5), word by word, strictly.
struct ProgramLineParser {
    private let bytes: ArraySlice<UInt8>
    private let line: Int
    private let kernel: KernelCapabilities
    private var position: Int

    /// Creates a parser for `bytes`, the line with the number `line` without its newline.
    init(_ bytes: ArraySlice<UInt8>, line: Int, kernel: KernelCapabilities) {
        self.bytes = bytes
        self.line = line
        self.kernel = kernel
        position = bytes.startIndex
    }

    /// Parses the line; nil for an empty line and a comment.
    mutating func program() throws(ProgramLineError) -> KeptProgram? {
        guard bytes.count <= ProgramsFile.maximumLineLength else { throw atPosition(expected: .shorterLine) }
        guard let verb = word() else { return nil }
        guard ByteString(verb) == "program" else { throw error(verb, expected: .verb) }
        guard let path = word() else { throw atPosition(expected: .path) }
        guard path.isProgramPath else { throw error(path, expected: .path) }
        let (state, next) = try capabilities()
        let origin = try next.map { word throws(ProgramLineError) in try self.origin(word) } ?? .package
        if let more = word() { throw error(more, expected: .lineEnd) }
        return KeptProgram(ByteString(path), state, origin)
    }

    // MARK: - Parts of a line

    /// Parses the clauses of a text of setcap(8), and returns the word after them.
    ///
    /// A clause of names alone, which lowers capabilities there, is `=ep` here: a line says what a program keeps.
    private mutating func capabilities() throws(ProgramLineError) -> (CapabilityState, next: ArraySlice<UInt8>?) {
        var text = ByteString()
        var first: ArraySlice<UInt8>?
        var next: ArraySlice<UInt8>?
        while let clause = word() {
            if isOrigin(clause) {
                next = clause
                break
            }
            first = first ?? clause
            text += " " + (try self.clause(clause))
        }
        guard let first else {
            throw next.map { error($0, expected: .capability) } ?? atPosition(expected: .capability)
        }
        // Each clause is valid, and so are all of them.
        guard let state = try? CapabilityState(text: text, kernel: kernel) else {
            throw error(first, expected: .capability)
        }
        if state.permitted.union(state.inheritable).isEmpty { throw error(first, expected: .something) }
        // Effective capabilities that are not permitted or inheritable have no effect, and would not be written again.
        guard FileCapabilities(state)?.state == state else { throw error(first, expected: .fileCapabilities) }
        return (state, next)
    }

    /// The text of one clause, with the operator that it may lack.
    private func clause(_ word: ArraySlice<UInt8>) throws(ProgramLineError) -> ByteString {
        let hasOperator = word.contains { [UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0) }
        let text: ByteString = hasOperator ? ByteString(word) : "\(ByteString(word))=ep"
        do throws(CapabilityTextError) { _ = try CapabilityState(text: text, kernel: kernel) } catch {
            let start = min(word.startIndex + error.offset, word.endIndex)
            throw self.error(start < word.endIndex ? word[start...] : word, at: start, expected: error.expectation)
        }
        return text
    }

    private func isOrigin(_ word: ArraySlice<UInt8>) -> Bool {
        ByteString(word) == "unverified" || ByteString(word).hasPrefix(Self.digestPrefix)
    }

    private static let digestPrefix: ByteString = "sha256:"

    private func origin(_ word: ArraySlice<UInt8>) throws(ProgramLineError) -> KeptProgram.Origin {
        if ByteString(word) == "unverified" { return .unverified }
        let digits = word.dropFirst(Self.digestPrefix.count)
        guard let digest = Hexadecimal.bytes(ByteString(digits)), digest.count == 32 else {
            throw error(word, expected: .digest)
        }
        return .content(digest)
    }

    // MARK: - Words and errors

    /// The next word; nil at the end of the line or at a comment. Words are separated by blanks and tabs.
    private mutating func word() -> ArraySlice<UInt8>? {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        while position < bytes.endIndex, isBlank(bytes[position]) { position += 1 }
        let start = position
        while position < bytes.endIndex, !isBlank(bytes[position]), bytes[position] != UInt8(ascii: "#") {
            position += 1
        }
        return start == position ? nil : bytes[start..<position]
    }

    private func error(
        _ word: ArraySlice<UInt8>,
        at start: Int? = nil,
        expected: ProgramLineError.Expectation
    ) -> ProgramLineError {
        ProgramLineError(
            line: line,
            column: (start ?? word.startIndex) - bytes.startIndex + 1,
            found: ByteString(word),
            expected: word.last == UInt8(ascii: "\r") ? .plainLineEnd : expected
        )
    }

    private func atPosition(expected: ProgramLineError.Expectation) -> ProgramLineError {
        ProgramLineError(line: line, column: position - bytes.startIndex + 1, found: "", expected: expected)
    }
}

extension CapabilityTextError {
    /// What is expected where the error is.
    fileprivate var expectation: ProgramLineError.Expectation {
        switch reason {
        case .notCapability, .unknownName: .capability
        case .numberTooLarge: .number
        case .missingFlags: .flags
        case .junkAfterClause, .blankBeforeOperator: .wordEnd
        }
    }
}
