// SPDX-License-Identifier: Apache-2.0
package import LowportCapabilities
package import LowportLinux
package import LowportPolicy

/// A file of programs that keep capabilities, line by line, with its complete text (lowport.programs(5)).
package struct ProgramsFile: Sendable {
    /// What a line holds.
    package enum Content: Hashable, Sendable {
        /// A comment, or an empty line.
        case blank
        /// A program, possibly followed by a comment.
        case program(KeptProgram)
        /// An invalid line. A file with such a line gives nothing.
        case invalid(ProgramLineError)
    }

    /// A line of the file.
    package struct Line: Sendable {
        /// The number of the line, counted from 1.
        package let number: Int
        /// The content of the line.
        package let content: Content
        /// The bytes of the line, without the newline.
        package let text: ArraySlice<UInt8>
    }

    /// The maximum length of a line, in bytes; that of a file is `RulesFile.maximumSize`.
    package static var maximumLineLength: Int { 4096 }

    /// The path of the file, for messages.
    package let path: ByteString
    /// The lines.
    package let lines: [Line]

    /// Parses `content`, the bytes of the file at `path`.
    package init(path: ByteString, content: [UInt8], kernel: KernelCapabilities = .running) {
        self.path = path
        var lines: [Line] = []
        var start = 0
        while start < content.count {
            let end = content[start...].firstIndex(of: UInt8(ascii: "\n")) ?? content.count
            let text = content[start..<end]
            var parser = ProgramLineParser(text, line: lines.count + 1, kernel: kernel)
            let parsed: Content
            do throws(ProgramLineError) {
                parsed = try parser.program().map(Content.program) ?? .blank
            } catch { parsed = .invalid(error) }
            lines.append(Line(number: lines.count + 1, content: parsed, text: text))
            start = end + 1
        }
        self.lines = lines
    }

    /// The errors, in the order of the lines.
    package var errors: [ProgramLineError] {
        lines.compactMap { if case .invalid(let error) = $0.content { error } else { nil } }
    }

    /// The programs that count and their locations: none if the file has an error.
    package var programs: [(program: KeptProgram, location: RuleLocation)] {
        if !errors.isEmpty { return [] }
        return lines.compactMap { line in
            guard case .program(let program) = line.content else { return nil }
            return (program, RuleLocation(file: path, line: line.number))
        }
    }
}
