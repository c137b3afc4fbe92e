// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Commands that are shown: what a shell makes of them.
@Suite struct ShellCommandTests {
    @Test(
        "Words are quoted that need it",
        arguments: [
            (["sudo", "chmod", "a+x", "/srv/server"], "sudo chmod a+x /srv/server"),
            (["chmod", "a+x", "/x; curl evil|sh #"], "chmod a+x '/x; curl evil|sh #'"),
            (["echo", "it's", "", "$(id)", "a\\b"], "echo 'it'\\''s' '' '$(id)' 'a\\b'"),
            (["A=b", "A=b", "~root", "grün"], "'A=b' A=b '~root' 'grün'"),
            (
                ["sysctl", "net.ipv4.x=1", "root:root", "127.0.0.0/8,::1"],
                "sysctl net.ipv4.x=1 root:root 127.0.0.0/8,::1"
            ),
        ] as [([ByteString], ByteString)]
    )
    func quotesWhatNeedsIt(_ words: [ByteString], _ text: ByteString) {
        #expect(ShellCommand(words)?.text == text)
    }

    @Test(
        "There is no command with a word that cannot be seen",
        arguments: ["a\nb", "a\tb", "\u{1B}[2J", "\u{7F}", "\u{85}", "\u{202E}x", "\u{200B}", "\u{2028}", "\u{FEFF}"]
    )
    func hasNoCommandForWhatIsNotSeen(_ word: String) {
        #expect(ShellCommand(["rm", ByteString(word)]) == nil)
        #expect(ShellCommand(["rm", ByteString([0xFF])]) == nil && ShellCommand(["rm", ByteString([0xC3])]) == nil)
        #expect(ShellCommand(["rm", "x"]) != nil)
    }

    @Test("Commands are joined") func joinsCommands() {
        #expect(ShellCommand(["a", "b c"])?.then("d").text == "a 'b c'; d")
        #expect(
            ("kill" as ShellCommand).applied(toOutputOf: ("ss -l" as ShellCommand).piped(to: "cut")).text
                == "kill $(ss -l | cut)"
        )
        #expect(ShellCommand.operand("-rf") == "./-rf" && ShellCommand.operand("/-rf") == "/-rf")
        #expect(ShellCommand(["setcap", "a+b", "a+b"], alwaysQuoting: "a+b")?.text == "setcap 'a+b' 'a+b'")
    }

    /// Words of everything that is special to a shell come out of a real one as they went in, and nothing is run.
    @Test("A shell gets the same words") func aShellGetsTheSameWords() async throws {
        var words: [ByteString] = [
            "", "-n", "--", "#", "~", "!", "*", "?", "[a]", "{a,b}", "a=b", "if", "'", "''", "\\", "\\'",
        ]
        words += (0x20...0x7E).map { ByteString([UInt8($0)]) }
        var random = SplitMix(seed: 7)
        let pieces: [ByteString] = [
            "'", "\"", "\\", "$", "(", ")", "`", ";", "|", "&", "<", ">", " ", "#", "~", "!", "*", "?", "[", "]", "{",
            "}", "a",
            "-", "=", "%", "é", "日", "touch pwn", "$HOME", "${IFS}",
        ]
        for _ in 0..<300 {
            var word = ByteString()
            for _ in 0..<(1 + random.next() % 8) { word += pieces[Int(random.next() % UInt64(pieces.count))] }
            words.append(word)
        }
        for index in stride(from: 0, to: words.count, by: 40) {
            let part = Array(words[index..<min(index + 40, words.count)])
            let command = try #require(ShellCommand(part))
            #expect(try await run("/bin/sh", ["-n", "-c", command.text]).status == 0)
            let script: ByteString = "set -- \(command.text)\nprintf '%s\\0' \"$@\""
            let outcome = try await run("/bin/sh", ["-c", script], environment: ["PATH": "/nonexistent"])
            #expect(outcome.errors.isEmpty && outcome.status == 0)
            #expect(outcome.output == ByteString(part.flatMap { $0.bytes + [0] }), "\(command)")
        }
    }
}
