// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Splits a command line like getopt_long(3): clusters of letters, values attached or separate, options after
/// operands, and `--` before operands that look like options.
struct ArgumentScanner {
    /// A part of the command line.
    enum Part: Equatable {
        /// An option with one hyphen.
        case letter(UInt8)
        /// An option with two hyphens, and the text after `=` if there is one.
        case word(ByteString, attached: ByteString?)
        case operand(ByteString)
    }

    private let permutes: Bool
    private var arguments: ArraySlice<ByteString>
    private var cluster: ArraySlice<UInt8> = []
    private var onlyOperands = false

    /// Starts at the first of `arguments`, the arguments after the program's name.
    /// - Parameter permutes: whether options may follow operands.
    init(_ arguments: [ByteString], permutes: Bool) {
        self.arguments = arguments[...]
        self.permutes = permutes
    }

    /// The next part; nil at the end of the command line.
    mutating func next() -> Part? {
        if let letter = cluster.popFirst() { return .letter(letter) }
        guard let argument = arguments.popFirst() else { return nil }
        if onlyOperands || argument.count < 2 || argument.bytes[0] != UInt8(ascii: "-") {
            if !permutes { onlyOperands = true }
            return .operand(argument)
        }
        if argument == "--" {
            onlyOperands = true
            return next()
        }
        if argument.bytes[1] == UInt8(ascii: "-") {
            let text = argument.bytes[2...]
            guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
                return .word(ByteString(text), attached: nil)
            }
            return .word(ByteString(text[..<equals]), attached: ByteString(text[(equals + 1)...]))
        }
        cluster = argument.bytes[1...]
        return next()
    }

    /// The argument of the option `part`, the last part that was read: attached to it, or the next argument.
    /// - Parameter isExpected: whether the option has an argument; if not, the result is empty.
    mutating func value(of part: Part, isExpected: Bool) throws(UsageError) -> ByteString {
        switch part {
        case .operand(let operand): return operand
        case .letter(let letter):
            guard isExpected else { return "" }
            defer { cluster = [] }
            if !cluster.isEmpty { return ByteString(cluster) }
            if let value = arguments.popFirst() { return value }
            throw UsageError(message: "option requires an argument -- '\(ByteString([letter]))'", showsUsage: true)
        case .word(let word, let attached):
            if isExpected, let value = attached ?? arguments.popFirst() { return value }
            if !isExpected && attached == nil { return "" }
            let problem: ByteString = isExpected ? "requires an" : "takes no"
            throw UsageError(message: "option '--\(word)' \(problem) argument", showsUsage: true)
        }
    }
}
