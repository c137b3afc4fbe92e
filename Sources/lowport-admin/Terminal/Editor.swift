// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux

/// The editor of the person at the terminal.
enum Editor {
    /// Opens `path` in the editor and waits for its end; one that fails ends this program.
    static func open(_ path: ByteString) throws {
        let candidates: [ByteString] = chosen.map { [$0] } ?? ["editor", "vi", "nano"]
        for words in candidates.map(words) {
            let status: Int32
            do throws(Errno) {
                status = try runInForeground(words[0], arguments: words + [path])
            } catch {
                // Of those that nobody chose, the first that is there is taken.
                if error == .noSuchFile, chosen == nil { continue }
                throw failure("cannot run \(words[0]): \(error.sentence)", status: Status.system)
            }
            if status == 0 { return }
            throw failure("\(words[0]) ended with status \(status); nothing is changed", status: Status.system)
        }
        throw failure("cannot find an editor", hint: "set EDITOR", status: Status.system)
    }

    /// What the environment asks for, in the order that sudo(8) has.
    private static var chosen: ByteString? {
        for name in ["SUDO_EDITOR", "VISUAL", "EDITOR"] as [ByteString] {
            if let value = Environment.value(of: name), !words(value).isEmpty { return value }
        }
        return nil
    }

    /// `code --wait` is a program and an argument.
    private static func words(_ command: ByteString) -> [ByteString] {
        command.split(on: UInt8(ascii: " ")).filter { !$0.isEmpty }
    }
}

/// Writes a question to standard error, where it is seen even if the output goes elsewhere.
func prompt(_ question: Message) { try? InheritedDescriptor.standardError.write(question.shown) }

/// The next line of standard input, without blanks around it; nil at the end.
func readAnswer() -> ByteString? {
    var line: [UInt8] = []
    while true {
        // Byte by byte: what stands behind the line belongs to the next question, or to the editor.
        guard let next = try? InheritedDescriptor.standardInput.read(upTo: 1), let byte = next.first else {
            return line.isEmpty ? nil : ByteString(line)
        }
        if byte == UInt8(ascii: "\n") { return ByteString(line) }
        if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\r") { line.append(byte) }
    }
}
