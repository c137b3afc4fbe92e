// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportCapabilities

@Suite struct SetcapCommandLineTests {
    private func steps(_ words: ByteString...) -> [SetcapCommandLine.Step] {
        var line = SetcapCommandLine(words[...])
        var steps: [SetcapCommandLine.Step] = []
        while true {
            let step = line.next()
            if step == .end { return steps }
            steps.append(step)
        }
    }

    @Test("The arguments of setcap are pairs") func pairs() {
        #expect(steps() == [])
        #expect(
            steps("=p", "a", "-r", "b", "-", "c") == [
                .pair(.text("=p"), file: "a"), .pair(.nothing, file: "b"), .pair(.standardInput, file: "c"),
            ]
        )
        #expect(
            steps("=p", "-q", "-r", "--dry-run") == [
                .pair(.text("=p"), file: "-q"), .pair(.nothing, file: "--dry-run"),
            ]
        )
        #expect(steps("=p") == [.pair(.text("=p"), file: nil)])
        #expect(steps("-qv", "a") == [.pair(.text("-qv"), file: "a")])
    }

    @Test("Options hold from where they stand") func optionsHoldFromWhereTheyStand() {
        var line = SetcapCommandLine(["=p", "a", "-q", "-v", "-n", "7", "--follow", "=i", "b"])
        #expect(line.next() == .pair(.text("=p"), file: "a"))
        #expect(!line.isQuiet && !line.verifies && line.rootUser == .root && !line.followsLinks)
        #expect(line.next() == .pair(.text("=i"), file: "b"))
        #expect(line.isQuiet && line.verifies && line.rootUser == UserID(rawValue: 7) && line.followsLinks)
        #expect(line.next() == .end)
    }

    @Test("setcap has long options where pairs begin") func longOptions() {
        #expect(steps("--files", "=p", "a", "-q") == [.group(.text("=p"), files: ["a", "-q"])])
        #expect(steps("--files", "-r", "a") == [.group(.nothing, files: ["a"])])
        #expect(steps("--files", "=p") == [.pair(.nothing, file: nil)])
        #expect(steps("--restore", "s", "--restore") == [.restore("s"), .restore(nil)])
        #expect(steps("--explain", "a") == [.explain("a")])
        #expect(steps("--explain", "=p", "a") == [.pair(.text("=p"), file: "a")])
        #expect(steps("--help") == [.help])
        #expect(steps("--hel", "a") == [.pair(.text("--hel"), file: "a")])
    }

    @Test(
        "The root user is read as the original reads it",
        arguments: [
            ("1", 1), ("0x10", 16), ("010", 8), (" -5", 4_294_967_291), ("+7", 7), ("\t 7", 7), ("4294967295", .max),
            ("4294967296", 0), ("99999999999999999999", .max), (" -99999999999999999999", .max), ("0", nil),
            ("-5", nil),
            ("", nil), (" ", nil), ("7 ", nil), ("7x", nil), ("0x", nil), ("08", nil), (" -0", nil), ("x", nil),
        ] as [(ByteString, UInt32?)]
    )
    func rootUsers(word: ByteString, number: UInt32?) {
        #expect(UserID(namespaceRoot: word)?.rawValue == number)
    }
}

@Suite struct GetcapCommandLineTests {
    private typealias Refusal = GetcapCommandLine.UsageError

    private func read(_ words: ByteString..., optionsStandFirst: Bool = false) throws -> GetcapCommandLine {
        try GetcapCommandLine(words[...], optionsStandFirst: optionsStandFirst)
    }

    @Test("getcap has its options in front and among the files") func options() throws {
        let line = try read("a", "-rv", "b", "-n", "--", "-x")
        #expect(line.isRecursive && line.isVerbose && line.printsRootUser)
        #expect(line.files == ["a", "b", "-x"])
        #expect(try read("a", "-v", "--json", optionsStandFirst: true).files == ["a", "-v", "--json"])
        #expect(try read("-", "--", "--").files == ["-", "--"])
    }

    @Test("getcap has long options") func longOptions() throws {
        let line = try read(
            "--json",
            "a",
            "--strict",
            "--save",
            "--",
            "--one-file-system",
            "--local",
            "--audit",
            "--progress"
        )
        #expect(line.format == .json && line.isStrict && line.staysOnFileSystem && line.skipsRemoteFileSystems)
        #expect(line.audits && line.showsProgress && line.saveFile == "--" && line.files == ["a"])
        #expect(try read("--null", "a").format == .nulls)
    }

    @Test("What getcap does not take is refused") func refusals() {
        #expect(throws: Refusal.noFiles) { try read("-r") }
        #expect(throws: Refusal.usage) { try read("-vhZ") }
        #expect(throws: Refusal.help) { try read("--json", "--help", "x") }
        #expect(throws: Refusal.license) { try read("x", "-l") }
        #expect(throws: Refusal.invalidOption(0x5A)) { try read("-vZh", "x") }
        #expect(throws: Refusal.invalidOption(0x2D)) { try read("--jso", "x") }
        #expect(throws: Refusal.missingArgument("--save")) { try read("x", "--save") }
    }
}
