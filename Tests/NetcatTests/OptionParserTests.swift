// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportNetcat

/// The options that `arguments` request.
func options(_ arguments: ByteString...) throws -> Options {
    guard case .run(let options) = try Invocation(arguments) else {
        throw UsageError(message: "no options to run with")
    }
    return options
}

@Suite struct OptionParserTests {
    @Test(
        arguments: [
            (["-l", "80"], nil, "80"), (["-l", "-p", "80"], nil, "80"), (["-lp80"], nil, "80"),
            (["-l", "127.0.0.1", "80"], "127.0.0.1", "80"),
            (["-l", "-s", "127.0.0.1", "-p", "80"], "127.0.0.1", "80"),
            (["-l", "-s", "127.0.0.1", "80"], "127.0.0.1", "80"),
            (["80", "-l"], nil, "80"),
        ] as [([ByteString], ByteString?, ByteString)]
    )
    func `the address and port to listen on are read from options and operands`(
        _ arguments: [ByteString],
        _ address: ByteString?,
        _ port: ByteString
    ) throws {
        guard case .run(let options) = try Invocation(arguments) else { throw UsageError(message: nil) }
        #expect(options.listeningAddress == address)
        #expect(options.listeningPort == port)
    }

    @Test func `brackets around an IPv6 address are not part of it`() throws {
        #expect(try options("[::1]", "80").operands == ["::1", "80"])
        #expect(try options("[fe80::1%lo]", "80").operands == ["fe80::1%lo", "80"])
        #expect(try options("-l", "[::1]", "80").listeningAddress == "::1")
        #expect(try options("-l", "-s", "[::1]", "80").listeningAddress == "::1")
        #expect(try options("[host]", "80").operands == ["[host]", "80"])
        #expect(try options("-U", "[::1]").operands == ["[::1]"])
    }

    @Test func `-q passes the end of input on`() throws {
        let ending = try options("-q", "1", "h", "1").ending
        #expect(ending.closesAfterInput)
        #expect(ending.staysAfterInput == .seconds(1))
        #expect(try options("-q", "1", "-q", "-1", "h", "1").ending == EndingOptions())
        #expect(try !options("-N", "--no-shutdown", "h", "1").ending.closesAfterInput)
    }

    @Test func `help and version need nothing else`() throws {
        #expect(try Invocation(["--help", "-Q"]) == .show(.help))
        #expect(try Invocation(["-h"]) == .show(.helpOnErrors))
        #expect(try Invocation(["--version"]) == .show(.version))
    }

    @Test(
        arguments: [
            (["-l"], "missing port number"), (["h"], "missing port number"), (["-k", "h", "1"], "must use -l with -k"),
            (["-lz", "1"], "cannot use -z and -l"), (["-w", "abc"], "timeout invalid: abc"),
            (["-w", "-1"], "timeout too small: -1"), (["-w", "99999999999"], "timeout too large: 99999999999"),
            (["-i", "x"], "interval invalid: x"), (["-q", "x"], "quit timer invalid: x"),
            (["-W", "0"], "receive limit too small: 0"), (["-lU"], "missing socket pathname"),
            (["-U", "a", "b"], "cannot use port with -U"),
        ] as [([ByteString], ByteString)]
    )
    func `options that do not go together are refused`(_ arguments: [ByteString], _ message: ByteString) {
        #expect(throws: UsageError(message: message)) { try Invocation(arguments) }
    }

    @Test(arguments: [[], ["-l", "-p", "80", "81"], ["-l", "a", "80", "81"], ["-U"]] as [[ByteString]])
    func `a wrong number of operands shows the usage`(_ arguments: [ByteString]) {
        #expect(throws: UsageError(message: nil, showsUsage: true)) { try Invocation(arguments) }
    }
}

@Suite struct OptionValueTests {
    @Test(
        arguments: [
            ("0", 0), ("1", 1000), ("500ms", 500), ("2s", 2000), ("1m", 60_000), ("1h", 3_600_000), ("1.5", 1500),
            ("0.25s", 250),
            ("2147483", 2_147_483_000),
        ] as [(ByteString, Int)]
    )
    func `a duration has a unit and a fraction`(_ text: ByteString, _ value: Int) throws {
        #expect(try OptionValue.duration(text) == Milliseconds(rawValue: value))
    }

    @Test(arguments: ["", "x", "1x", "s", "1.", ".5.", "1.x", "--1", "+", "1e3"] as [ByteString])
    func `what is no duration is refused`(_ text: ByteString) {
        #expect(throws: OptionValue.ValueError.invalid) { try OptionValue.duration(text) }
    }

    @Test func `a number of any length is too large or too small`() {
        #expect(throws: OptionValue.ValueError.tooLarge) {
            try OptionValue.number("99999999999999999999999", in: 0...9)
        }
        #expect(throws: OptionValue.ValueError.tooSmall) {
            try OptionValue.number("-99999999999999999999999", in: 0...9)
        }
    }
}

@Suite struct PortListTests {
    @Test func `ports are numbers, ranges and services`() throws {
        let ports = try PortList.parse(["3-1", "http", "8080"], .tcp).map(\.rawValue)
        #expect(ports == [1, 2, 3, 80, 8080])
    }

    @Test(
        arguments: [
            ("0", "port number too small: 0"), ("65536", "port number too large: 65536"),
            ("junkport", "port number invalid: junkport"), ("1-70000", "port number too large: 70000"),
            ("http-", "port number invalid: http-"),
        ] as [(ByteString, ByteString)]
    )
    func `what is no port is refused`(_ text: ByteString, _ message: ByteString) {
        #expect(throws: UsageError(message: message)) { try PortList.parse([text], .tcp) }
    }
}
