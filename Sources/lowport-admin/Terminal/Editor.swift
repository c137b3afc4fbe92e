// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux

/// The editor of the user at the terminal.
enum Editor {
    /// Opens `path` in the editor and waits until the editor exits; throws if it fails.
    static func open(_ path: ByteString) throws {
        let candidates: [ByteString] = chosen.map { [$0] } ?? ["editor", "vi", "nano"]
        for words in candidates.map(words) {
            let status: Int32
            do throws(Errno) {
                status = try runInForeground(words[0], arguments: words + [path])
            } catch {
                // If no editor was chosen, the first that exists is used.
                if error == .noSuchFile, chosen == nil { continue }
                throw failure("cannot run \(words[0]): \(error.sentence)", status: Status.system)
            }
            if status == 0 { return }
            throw failure("\(words[0]) ended with status \(status); nothing is changed", status: Status.system)
        }
        throw failure("cannot find an editor", hint: "set EDITOR", status: Status.system)
    }

    /// The editor from the environment, in the order of sudo(8).
    private static var chosen: ByteString? {
        for name in ["SUDO_EDITOR", "VISUAL", "EDITOR"] as [ByteString] {
            if let value = Environment.value(of: name), !words(value).isEmpty { return value }
        }
        return nil
    }

    /// Splits a command: `code --wait` is a program and an argument.
    private static func words(_ command: ByteString) -> [ByteString] {
        command.split(on: UInt8(ascii: " ")).filter { !$0.isEmpty }
    }
}

/// Writes a question to standard error, which the user sees even if standard output is redirected.
func prompt(_ question: Message) { try? InheritedDescriptor.standardError.write(question.shown) }

/// The next line of standard input, without blanks; nil at the end.
func readAnswer() -> ByteString? {
    var line: [UInt8] = []
    while true {
        // Byte by byte: the bytes after the line belong to the next prompt, or to the editor.
        guard let next = try? InheritedDescriptor.standardInput.read(upTo: 1), let byte = next.first else {
            return line.isEmpty ? nil : ByteString(line)
        }
        if byte == UInt8(ascii: "\n") { return ByteString(line) }
        if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\r") { line.append(byte) }
    }
}
