// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension UnitWords {
    /// The file names of shells.
    private static let shells: Set<ByteString> = ["sh", "bash", "dash", "ash", "ksh", "zsh", "busybox"]

    /// The file names of programs that do little but start others.
    static let starters: Set<ByteString> = shells.union([
        "env", "nice", "ionice", "chrt", "taskset", "timeout", "stdbuf", "setsid", "setpriv", "sudo", "su", "runuser",
        "start-stop-daemon", "flock",
    ])

    /// The words of the only command that `words` execute, if they start env(1), or a shell with one plain command; nil
    /// if they start anything else, and if more than these words decides what that is.
    static func executed(by words: [ByteString]) -> [ByteString]? {
        switch words.first?.lastPathPart {
        case "env":
            let rest = Array(words.dropFirst().drop { $0.isAssignment && !$0.hasPrefix("PATH=") })
            guard let word = rest.first, !word.hasPrefix("-"), !word.isAssignment else { return nil }
            return rest
        case let shell? where shells.contains(shell):
            guard words.count == 3, words[1] == "-c" else { return nil }
            return command(ofScript: words[2])
        default: return nil
        }
    }

    /// The words of `script` if it is one command, with or without `exec`, and nothing in it has a meaning of its own
    /// for a shell but quotation marks and variables.
    private static func command(ofScript script: ByteString) -> [ByteString]? {
        let marks: ByteString = "|&;<>()`\\*?[]#~!{}\n"
        guard !script.bytes.contains(where: { marks.bytes.contains($0) }), var words = split(script) else { return nil }
        let isExecuted = words.first == "exec"
        if isExecuted { words.removeFirst() }
        guard let word = words.first, !word.isAssignment, !word.hasPrefix("-"),
            // Otherwise it may be a command of the shell itself.
            isExecuted || word.bytes.contains(UInt8(ascii: "/"))
        else { return nil }
        return words
    }
}

extension ByteString {
    /// What stands behind the last slash.
    var lastPathPart: ByteString {
        bytes.lastIndex(of: UInt8(ascii: "/")).map { ByteString(bytes[($0 + 1)...]) } ?? self
    }

    /// Whether env(1) and shells take it for an assignment of a variable.
    fileprivate var isAssignment: Bool { bytes.contains(UInt8(ascii: "=")) }
}
