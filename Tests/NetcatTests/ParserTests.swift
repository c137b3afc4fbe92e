// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportNetcat
@testable import LowportTLS

@Suite struct HostPatternTests {
    @Test(
        arguments: [
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false), ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "1.2.3.4", true), ("192.0.2.1-9", "192.0.2.9", true),
            ("192.0.2.1-9", "192.0.2.10", false), ("10.0,2.*.7", "10.2.99.7", true), ("10.0,2.*.7", "10.1.99.7", false),
            ("192.0.2.-5", "192.0.2.0", true), ("192.0.2.250-", "192.0.2.255", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::", false), ("::1", "::1", true), ("::/0", "127.0.0.1", true),
            ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("127.0.0.*", "::ffff:127.0.0.1", true),
            ("127.0.0.1", "::1", false),
        ] as [(ByteString, ByteString, Bool)]
    )
    func `a pattern contains the addresses that it names`(_ text: ByteString, _ address: ByteString, _ expected: Bool)
        throws
    {
        let pattern = try #require(HostPattern(text))
        #expect(pattern.contains(try #require(IPAddress(address))) == expected)
    }

    @Test(
        arguments: [
            "", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/8/8", "1.2.3.9-1",
            "1.2.3.a",
            "1..3.4", "::/129", "1.2.3.4-5/24", "1.2.3.1-2-3", "1.2.3.+4",
        ] as [ByteString]
    )
    func `what is no pattern may be a name`(_ text: ByteString) { #expect(HostPattern(text) == nil) }

    /// The addresses that a pattern is meant to have, of 192.0.2.0 to 192.0.2.255; nil if the text is no pattern.
    private func naive(_ text: String) -> [Bool]? {
        func number(_ text: Substring, or missing: Int?) -> Int? {
            text.isEmpty ? missing : text.allSatisfy(\.isNumber) ? Int(text).flatMap { $0 > 255 ? nil : $0 } : nil
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if let first = parts.first, let address = IPAddress(ByteString(String(first))) {
            guard parts.count <= 2 else { return nil }
            guard case .v4(let v4) = address else {
                return parts.count == 1 || Int(parts[1]).map({ (0...128).contains($0) }) == true ? [] : nil
            }
            guard let length = parts.count == 1 ? 32 : Int(parts[1]), (0...32).contains(length) else { return nil }
            return (0..<256).map { UInt64(v4.rawValue ^ (0xC000_0200 + UInt32($0))) >> UInt64(32 - length) == 0 }
        }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { part -> [ClosedRange<Int>]? in
            if part == "*" { return [0...255] }
            var ranges: [ClosedRange<Int>] = []
            for choice in part.split(separator: ",", omittingEmptySubsequences: false) {
                let ends = choice.split(separator: "-", omittingEmptySubsequences: false)
                guard ends.count <= 2, let low = number(ends[0], or: ends.count == 2 ? 0 : nil),
                    let high = number(ends[ends.count - 1], or: ends.count == 2 ? 255 : nil), low <= high
                else { return nil }
                ranges.append(low...high)
            }
            return ranges
        }
        guard numbers.count == 4, !numbers.contains(nil) else { return nil }
        func fits(_ index: Int, _ value: Int) -> Bool { (numbers[index] ?? []).contains { $0.contains(value) } }
        return (0..<256).map { fits(0, 192) && fits(1, 0) && fits(2, 2) && fits(3, $0) }
    }

    @Test("Whatever stands in a list is the pattern that it looks like, or none")
    func anyBytes() throws {
        var random = Random(seed: 1)
        let words = ["192", "0", "2", "7", "255", "256", ".", "-", ",", "*", "/", "24", "::", "a", "192.0.2."]
        let parts = ["192", "0", "2", "*", "0-9", "7,9", "-", "255", "256", "", "1-", "9-1", "0,2,190-"]
        var patterns = 0
        for _ in 0..<5000 {
            let isWhole = Bool.random(using: &random)
            let count = isWhole ? 4 : Int.random(in: 0...9, using: &random)
            let text = (0..<count).map { _ in (isWhole ? parts : words).randomElement(using: &random) ?? "" }
                .joined(separator: isWhole ? "." : "")
            let pattern = HostPattern(ByteString(text))
            let expected = naive(text)
            if (pattern == nil) != (expected == nil) { Issue.record("\(text) is \(pattern == nil ? "none" : "one")") }
            guard let pattern, let expected, !expected.isEmpty else { continue }
            patterns += 1
            for (last, isIn) in expected.enumerated() {
                let address = IPAddress.v4(IPv4Address(rawValue: 0xC000_0200 + UInt32(last)))
                if pattern.contains(address) != isIn { Issue.record("\(text) has \(address.byteString): \(!isIn)") }
            }
        }
        #expect(patterns > 50)
    }

    @Test func `a list has comments and blanks`() {
        #expect(AccessList.words(of: Array("a  b # c\n\n\td\r\n#e\nf".utf8)) == ["a", "b", "d", "f"])
    }
}

@Suite struct HostAndPortTests {
    @Test(
        arguments: [
            ("host:80", "host", "80"), ("192.0.2.1:http", "192.0.2.1", "http"), ("[::1]:80", "::1", "80"),
            ("[::1]", "::1", nil),
            ("::1", "::1", nil), ("host", "host", nil),
        ] as [(ByteString, ByteString, ByteString?)]
    )
    func `host and port are split`(_ text: ByteString, _ host: ByteString, _ port: ByteString?) throws {
        let parsed = try #require(HostAndPort(text))
        #expect(parsed.host == host)
        #expect(parsed.port == port)
    }

    @Test(arguments: ["", ":80", "host:", "[]:80", "[::1", "[::1]80", "[::1]:"] as [ByteString])
    func `what has no host is refused`(_ text: ByteString) { #expect(HostAndPort(text) == nil) }
}

@Suite struct SmallParserTests {
    @Test(
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] as [(ByteString, ByteString)]
    )
    func `Base64 fills up with =`(_ text: ByteString, _ expected: ByteString) {
        #expect(Base64.encode(text) == expected)
    }

    @Test(
        arguments: [
            ("lowdelay", 0x10), ("ef", 0xB8), ("cs7", 0xE0), ("af43", 0x98), ("af11", 0x28), ("0x1f", 0x1F),
            ("255", 255),
            ("256", nil), ("af44", nil), ("0x", nil), ("0xfff", nil), ("", nil), ("junk", nil),
        ] as [(ByteString, Int32?)]
    )
    func `a type of service is a name or a byte`(_ text: ByteString, _ value: Int32?) {
        #expect(TypeOfService.parse(text) == value)
    }

    @Test func `the name of a header field is compared without case`() {
        #expect(HTTPField("Proxy-Authorization:  Basic eA== ", named: "proxy-authorization")?.text == "Basic eA==")
        #expect(HTTPField("Proxy-Authorizatio", named: "proxy-authorization") == nil)
        #expect(HTTPField("Other: x", named: "proxy-authorization") == nil)
    }

    @Test func `credentials are split at the first colon`() {
        #expect(Credentials("user").password == "")
        #expect(Credentials("user:pass:word").user == "user")
        #expect(Credentials("user:pass:word").password == "pass:word")
    }

    @Test func `a program is split into words at blanks`() {
        #expect(ProgramCommand(.program("  /bin/x a\\ b\t\\\\c "))?.words == ["/bin/x", "a b", "\\c"])
        #expect(ProgramCommand(.shell("a b"))?.words == ["/bin/sh", "-c", "a b"])
        #expect(ProgramCommand(.relay) == nil)
    }

    @Test func `protocols are written with their lengths`() {
        #expect(NativeSettings.wire(["h2", "", "http/1.1"]) == [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8))
        #expect(NativeSettings.wire([ByteString([UInt8](repeating: 1, count: 256))]).isEmpty)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1 << 20, "1.0 MiB"),
            (5 << 40, "5.0 TiB"),
        ] as [(Int, ByteString)]
    )
    func `an amount has a unit`(_ bytes: Int, _ text: ByteString) { #expect(Amount(bytes).byteString == text) }

    @Test func `statistics are written as text`() {
        let statistics = Statistics(sent: 3, received: 2048, time: Milliseconds(rawValue: 1050))
        #expect(statistics.text(.text) == "3 bytes sent, 2048 bytes received in 1.050 seconds (1.9 KiB/s)")
        #expect(statistics.text(.none) == nil)
    }
}

@Suite struct ByteFilterTests {
    /// However the bytes are cut into pieces, the same comes out.
    @Test func `line feeds get a carriage return however the bytes are cut`() {
        let text = Array("a\nb\r\n\n\r\r\nc\n".utf8), expected = Array("a\r\nb\r\n\r\n\r\r\nc\r\n".utf8)
        for cut in 0...text.count {
            let filter = CarriageReturnFilter()
            var (left, right) = (Array(text[..<cut]), Array(text[cut...]))
            filter.apply(&left)
            filter.apply(&right)
            #expect(left + right == expected)
        }
    }

    @Test func `negotiations are refused however the bytes are cut`() {
        let talk: [UInt8] = [
            0x61, 0xFF, 0xFD, 24, 0xFF, 0xFB, 1, 0xFF, 0xFF, 0xFF, 0xF1, 0xFF, 0xFE, 3, 0xFF, 0xFC, 4, 0x62,
        ]
        for cut in 0...talk.count {
            let answers = Gathered()
            let filter = TelnetFilter { answers.bytes += $0 }
            var (left, right) = (Array(talk[..<cut]), Array(talk[cut...]))
            filter.apply(&left)
            filter.apply(&right)
            #expect(left + right == talk)
            #expect(answers.bytes == [0xFF, 0xFC, 24, 0xFF, 0xFE, 1, 0xFF, 0xFC, 3, 0xFF, 0xFE, 4])
        }
    }

    private final class Gathered { var bytes: [UInt8] = [] }
}

@Suite struct ForwardSettingsTests {
    @Test func `options and operands of lowport-forward are read`() throws {
        let settings = try #require(
            try ForwardSettings.parse(["--udp", "127.0.0.1:53", "host:5353", "--max-conns", "7"])
        )
        #expect(settings.usesDatagrams)
        #expect(settings.maximumConnections == 7)
        #expect(settings.pairs == [ForwardPair(source: .place("127.0.0.1:53"), target: "host:5353")])
        #expect(try ForwardSettings.parse(["--help"]) == nil)
    }

    @Test func `several pairs, and the limits of connections, are read`() throws {
        let settings = try #require(
            try ForwardSettings.parse([
                "--idle-timeout", "2m", "80", "h:1", "--keep-alive=0", "[::1]:81", "h:2", "--proxy-protocol-v2",
            ])
        )
        #expect(settings.pairs.map(\.name) == ["80", "[::1]:81"])
        #expect(settings.pairs.map(\.target) == ["h:1", "h:2"])
        #expect(settings.rules.idleLimit == .seconds(120))
        #expect(settings.rules.keepAlive == nil)
        #expect(settings.announcement == .header)
        #expect(try ForwardSettings.parse(["80", "h:1"])?.rules.keepAlive == 120)
        #expect(throws: UsageError.self) { try ForwardSettings.parse(["-u", "80", "h:1", "81", "h:2"]) }
        #expect(throws: UsageError.self) { try ForwardSettings.parse(["-u", "--idle-timeout", "1", "80", "h:1"]) }
        #expect(throws: UsageError.self) { try ForwardSettings.parse(["fd:3", "h:1"]) }
        #expect(throws: UsageError.self) { try ForwardSettings.parse(["--config", "file", "80", "h:1"]) }
    }

    @Test func `the lines of a file of pairs are read`() throws {
        func parse(_ text: ByteString) throws(NetcatError) -> [ForwardPair] {
            try ForwardFile.parse(text.bytes, "pairs", 2)
        }
        let pairs = try parse("# web\n80 h:1\r\n\n\t127.0.0.1:81   h:2 # two\nfd:4 h:3")
        #expect(pairs.map(\.name) == ["80", "127.0.0.1:81", "fd:4"])
        #expect(pairs.map(\.source).last == .inherited(1))
        #expect(throws: NetcatError("pairs:2: expected [ADDRESS:]PORT HOST:PORT")) { try parse("80 h:1\n81\n") }
        #expect(throws: NetcatError("pairs:2: there is a line for 80 already")) { try parse("80 h:1\n80 h:2\n") }
        #expect(throws: NetcatError.self) { try parse("fd:5 h:1\n") }
        #expect(throws: NetcatError("pairs has no pair")) { try parse("# nothing\n") }
    }

    @Test(arguments: [[], ["80"], ["1", "2", "3"]] as [[ByteString]])
    func `a wrong number of operands shows the usage of lowport-forward`(_ arguments: [ByteString]) {
        let message: ByteString? = arguments.isEmpty ? nil : "the target HOST:PORT is missing"
        #expect(throws: UsageError(message: message, showsUsage: true)) { try ForwardSettings.parse(arguments) }
    }

    @Test(
        arguments: [
            ("80", "8080", "8080: expected HOST:PORT, such as localhost:8080"),
            ("80", "localhost:99999", "port number too large: 99999"),
            ("99999", "localhost:8080", "port number too large: 99999"),
            ("[::1]80", "localhost:8080", "[::1]80: expected [ADDRESS:]PORT"),
            ("80", "localhost:80-81", "more than one port: 80-81"),
        ] as [(ByteString, ByteString, ByteString)]
    )
    func `an operand of another form is a usage error`(_ source: ByteString, _ target: ByteString, _ error: ByteString)
    {
        #expect(throws: UsageError(message: error)) { try ForwardSettings.parse([source, target]) }
        let line = "\(source) \(target)\n" as ByteString
        #expect(throws: NetcatError("pairs:1: \(error)")) { try ForwardFile.parse(line.bytes, "pairs", 0) }
    }

    @Test func `the PROXY line names client and listener`() {
        let client = SocketAddress(.v4(IPv4Address(rawValue: 0xC000_0201)), Port(rawValue: 7))
        let mapped = SocketAddress(.v6(IPv6Address(mapping: IPv4Address(rawValue: 0xC000_0202))), Port(rawValue: 80))
        #expect(ProxyAnnouncement.line(from: client, to: mapped) == "PROXY TCP4 192.0.2.1 192.0.2.2 7 80\r\n")
        #expect(ProxyAnnouncement.line(from: client, to: nil) == "PROXY UNKNOWN\r\n")
        let other = SocketAddress(.v6(.any), Port(rawValue: 80))
        #expect(ProxyAnnouncement.line(from: client, to: other) == "PROXY UNKNOWN\r\n")
    }

    @Test func `the PROXY header names client and listener`() throws {
        let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21]
        let client = SocketAddress(.v4(IPv4Address(rawValue: 0xC000_0201)), Port(rawValue: 7))
        let mapped = SocketAddress(.v6(IPv6Address(mapping: IPv4Address(rawValue: 0xC000_0202))), Port(rawValue: 0x150))
        let four = ProxyAnnouncement.header(from: client, to: mapped)
        #expect(four == signature + [0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 0, 7, 1, 0x50])
        let other = SocketAddress(.v6(.any), Port(rawValue: 80))
        #expect(ProxyAnnouncement.header(from: client, to: other) == signature + [0, 0, 0])
        let six = ProxyAnnouncement.header(from: other, to: other)
        #expect(six == signature + [0x21, 0, 36] + [UInt8](repeating: 0, count: 32) + [0, 80, 0, 80])
        let unix = ProxyAnnouncement.header(from: nil, to: try UnixAddress("@ab"))
        let place: [UInt8] = [0, 97, 98] + [UInt8](repeating: 0, count: 105)
        #expect(unix == signature + [0x31, 0, 216] + [UInt8](repeating: 0, count: 108) + place)
    }
}
