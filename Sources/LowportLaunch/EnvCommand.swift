// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// What env(1) of coreutils starts, also for a script whose first line is `#!/usr/bin/env …`.
package struct EnvCommand: Hashable, Sendable {
    /// The words of the command: the program, a path or a name that env looks up along PATH, and its arguments.
    package let words: [ByteString]
    /// The PATH that env looks it up along; nil if it is that of its starter.
    package let searchPath: ByteString?

    /// The program.
    package var program: ByteString { words[0] }

    /// Reads the argument of a first line, which the kernel passes as one word, and which env divides with `-S`; nil
    /// if env starts the script again, or nothing.
    package init?(argument: ByteString) {
        guard let text = Self.textToDivide(argument) else {
            guard !argument.isEmpty, !argument.hasPrefix("-"), !argument.bytes.contains(UInt8(ascii: "=")) else {
                return nil
            }
            self.init([argument])
            return
        }
        let words = QuotedWords.split(text.rest) { rest in
            guard let byte = rest.popFirst() else { return [UInt8(ascii: "\\")] }
            return [byte == UInt8(ascii: "_") ? 0x20 : byte]
        }
        guard let words else { return nil }
        self.init(words[...], searchPath: text.isWithoutEnvironment ? Self.usualPath : nil)
    }

    /// Reads `words`, the arguments of env; nil if it starts nothing.
    /// - Parameter searchPath: the PATH that options before them set.
    package init?(_ words: ArraySlice<ByteString>, searchPath: ByteString? = nil) {
        var (words, path) = (words, searchPath)
        while let word = words.first, word.hasPrefix("-") {
            words.removeFirst()
            switch word {
            case "-", "-i", "--ignore-environment", "-uPATH", "--unset=PATH": path = Self.usualPath
            case "-u", "--unset", "-C", "--chdir", "-a", "--argv0":
                guard let value = words.popFirst() else { return nil }
                if value == "PATH" { path = Self.usualPath }
            default: break
            }
        }
        while let word = words.first, word.bytes.contains(UInt8(ascii: "=")) {
            words.removeFirst()
            if word.hasPrefix("PATH=") { path = ByteString(word.bytes.dropFirst(5)) }
        }
        guard let first = words.first, !first.isEmpty else { return nil }
        (self.words, self.searchPath) = (Array(words), path)
    }

    /// What execvp(3) looks along without PATH.
    private static let usualPath: ByteString = "/bin:/usr/bin"

    /// What is behind `-S`, which may stand behind other letters; nil without it.
    private static func textToDivide(
        _ argument: ByteString
    ) -> (rest: ArraySlice<UInt8>, isWithoutEnvironment: Bool)? {
        let long: ByteString = "--split-string="
        if argument.hasPrefix(long) { return (argument.bytes[long.count...], false) }
        guard argument.hasPrefix("-") else { return nil }
        let letters = argument.bytes.dropFirst().prefix { $0 == UInt8(ascii: "i") || $0 == UInt8(ascii: "v") }
        guard letters.endIndex < argument.count, argument.bytes[letters.endIndex] == UInt8(ascii: "S") else {
            return nil
        }
        return (argument.bytes[(letters.endIndex + 1)...], letters.contains(UInt8(ascii: "i")))
    }
}
