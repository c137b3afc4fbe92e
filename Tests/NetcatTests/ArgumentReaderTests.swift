// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportNetcat

/// Options that record that they were obeyed.
private struct Recorder: OptionSettings {
    var seen: [ByteString] = []

    mutating func readOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        if reader.option("-l, --listen", "listen") { seen.append("listen") }
        if reader.option("-v", "tell what happens") { seen.append("v") }
        if reader.option("-n, --nodns", "look no names up") { seen.append("nodns") }
        if reader.option("--no-shutdown", "cancel -N") { seen.append("no-shutdown") }
        if reader.option("-p, --source-port PORT", "port") { seen.append("port=\(reader.value)") }
        if reader.option("-s, --source ADDRESS", "address") { seen.append("source=\(reader.value)") }
        if reader.option("-w, --wait TIME", "wait") { seen.append("wait=\(reader.value)") }
        if reader.option("-i TIME", ncat: "-d TIME", "interval") { seen.append("interval=\(reader.value)") }
        if reader.option("-x", ncat: "", "not of ncat") { seen.append("x") }
        if reader.hiddenOption("--failing") { throw UsageError(message: "it fails") }
        reader.conflict("first", if: seen.contains("listen") && seen.contains("nodns"))
        reader.conflict("second", if: seen.contains("listen"))
    }
}

@Suite struct ArgumentReaderTests {
    /// What is obeyed, and the operands, in order.
    private func read(
        _ arguments: [ByteString],
        _ dialect: Dialect = .openbsd,
        permutes: Bool = true
    ) throws(UsageError) -> [ByteString] {
        var recorder = Recorder()
        var reader = ArgumentReader(arguments, dialect, permutes: permutes)
        while let part = try reader.next(for: &recorder) {
            if case .operand(let operand) = part { recorder.seen.append("operand \(operand)") }
        }
        return recorder.seen
    }

    @Test func `letters are joined, and a value is attached or follows`() throws {
        #expect(try read(["-lvnp", "4444"]) == ["listen", "v", "nodns", "port=4444"])
        #expect(try read(["-lvw1"]) == ["listen", "v", "wait=1"])
        #expect(try read(["-p-"]) == ["port=-"])
        #expect(try read(["-p", "--", "x"]) == ["port=--", "operand x"])
    }

    @Test func `options may stand behind operands`() throws {
        let arguments = ["host", "-v", "80", "-w", "1"] as [ByteString]
        #expect(try read(arguments) == ["operand host", "v", "operand 80", "wait=1"])
        #expect(
            try read(arguments, permutes: false) == [
                "operand host", "operand -v", "operand 80", "operand -w", "operand 1",
            ]
        )
        #expect(try read(["-v", "--", "-n", "--listen"]) == ["v", "operand -n", "operand --listen"])
        #expect(try read(["-"]) == ["operand -"])
    }

    @Test func `a word may be shortened, and its value is attached or follows`() throws {
        #expect(try read(["--listen", "--source-port=80"]) == ["listen", "port=80"])
        #expect(try read(["--source-port", "80", "--liste"]) == ["port=80", "listen"])
        #expect(try read(["--source", "a"]) == ["source=a"])
        #expect(try read(["--wait="]) == ["wait="])
        #expect(try read(["--wait=a=b"]) == ["wait=a=b"])
        #expect(try read(["--no-"]) == ["no-shutdown"])
    }

    @Test func `each dialect has its letters`() throws {
        #expect(try read(["-i", "1", "-x"]) == ["interval=1", "x"])
        #expect(try read(["-d", "1"], .ncat) == ["interval=1"])
        for letter in ["-i", "-x"] as [ByteString] {
            let message = "invalid option -- '\(ByteString([letter.bytes[1]]))'" as ByteString
            #expect(throws: UsageError(message: message, showsUsage: true)) { try read([letter], .ncat) }
        }
    }

    @Test(
        arguments: [
            (["-Q"], "invalid option -- 'Q'"),
            (["-lQ"], "invalid option -- 'Q'"),
            (["-l-"], "invalid option -- '-'"),
            (["-p"], "option requires an argument -- 'p'"),
            (["--source-port"], "option '--source-port' requires an argument"),
            (["--listen=1"], "option '--listen' takes no argument"),
            (["--nothing"], "unrecognized option '--nothing'"),
            (["--listen-"], "unrecognized option '--listen-'"),
            (["--no"], "ambiguous option '--no'"),
            (["--=x"], "ambiguous option '--'"),
        ] as [([ByteString], ByteString)]
    )
    func `what cannot be read is reported with the usage`(_ arguments: [ByteString], _ message: ByteString) {
        #expect(throws: UsageError(message: message, showsUsage: true)) { try read(arguments) }
    }

    @Test func `an option can refuse`() {
        #expect(throws: UsageError(message: "it fails")) { try read(["--failing"]) }
    }

    @Test func `the first conflict is reported`() throws {
        for (seen, message) in [(["listen", "nodns"], "first"), (["listen"], "second")] as [([ByteString], ByteString)]
        {
            var reader = ArgumentReader([])
            #expect(throws: UsageError(message: message)) { try reader.check(Recorder(seen: seen)) }
        }
        var reader = ArgumentReader([])
        #expect(throws: Never.self) { try reader.check(Recorder(seen: ["nodns"])) }
    }

    @Test func `a list has the parts of each declaration`() throws {
        let list = ArgumentReader.list(Recorder(), .ncat)
        #expect(list.count == 9)
        let port = try #require(list.first { $0.letter == UInt8(ascii: "p") })
        #expect(port.word == "source-port")
        #expect(port.value == "PORT")
        #expect(port.valueInUsage == "port")
        #expect(port.help == "port")
        #expect(list.first { $0.word == "failing" }?.help == .some(nil))
        #expect(list.first { $0.word == "no-shutdown" }?.letter == .some(nil))
        #expect(list.contains { $0.names == "-d TIME" && $0.value == "TIME" && $0.word == nil })
    }
}
