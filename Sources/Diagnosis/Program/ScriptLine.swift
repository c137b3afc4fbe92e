// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The first line of a script: which program the kernel starts in its place (execve(2), "Interpreter scripts").
public struct ScriptLine: Hashable, Sendable {
    /// The path of the interpreter.
    public let interpreter: ByteString
    /// The rest of the line, which the interpreter gets as one argument.
    public let argument: ByteString?

    /// Reads the head of a file; nil if it is no script.
    public init?(head: [UInt8]) {
        guard head.starts(with: [0x23, 0x21]) else { return nil }
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        // The kernel looks at 256 bytes.
        let line = head.prefix(256).prefix { $0 != 0x0A && $0 != 0 }.dropFirst(2)
        let words = line.drop(while: isBlank)
        let path = words.prefix { !isBlank($0) }
        guard !path.isEmpty else { return nil }
        interpreter = ByteString(path)
        var rest = Array(words.dropFirst(path.count).drop(while: isBlank))
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        argument = rest.isEmpty ? nil : ByteString(rest)
    }

    /// The name of the program that `/usr/bin/env NAME` starts; nil if the interpreter is not env(1).
    public var nameForEnv: ByteString? {
        guard interpreter.hasSuffix("/env"), let argument else { return nil }
        // With -S, env splits the rest into words; variables and options may come first.
        let words = argument.split(on: 0x20).filter { !$0.isEmpty && !$0.hasPrefix("-") && !$0.bytes.contains(0x3D) }
        return words.first
    }
}
