// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import TestSupport
import Testing

/// What is written in a rules file, and what is said about it when it is wrong.
@Suite struct RuleTextTests {
    private func parse(_ text: ByteString) -> RulesFile { RulesFile(path: "rules", content: text.bytes) }

    @Test(
        "A rule is read, and written in one way",
        arguments: [
            ("allow user web        tcp 80,443", "allow user web tcp 80,443"),
            ("allow group dns       udp,tcp 53", "allow group dns tcp,udp 53"),
            ("allow user dev        any 1-1023  on 127.0.0.0/8,::1", "allow user dev any 1-1023 on 127.0.0.0/8,::1"),
            (
                "allow user mail       tcp 25      on 192.0.2.10  until 2026-12-01T12:00:00Z",
                "allow user mail tcp 25 on 192.0.2.10 until 2026-12-01T12:00:00Z"
            ),
            ("allow everyone        tcp 79", "allow everyone tcp 79"),
            ("allow uid 1234        tcp 8       # numeric principals", "allow uid 1234 tcp 8"),
            ("\tallow gid 100 any 65535#x", "allow gid 100 any 65535"),
            ("allow everyone tcp 1-1,2", "allow everyone tcp 1,2"),
            ("allow program /usr/sbin/nginx tcp 80,443", "allow program /usr/sbin/nginx tcp 80,443"),
            ("allow everyone program /a tcp 80", "allow program /a tcp 80"),
            ("allow user web  program /usr/bin/caddy tcp 80", "allow user web program /usr/bin/caddy tcp 80"),
            ("allow gid 7 program /opt/a-b_c/d.e any 80 on ::1", "allow gid 7 program /opt/a-b_c/d.e any 80 on ::1"),
            ("allow user program tcp 80", "allow user program tcp 80"),
            ("allow everyone tcp 80 on ::ffff:192.0.2.0/120", "allow everyone tcp 80 on 192.0.2.0/24"),
            ("allow everyone tcp 80 on ::/0,0.0.0.0/0", "allow everyone tcp 80 on ::/0,0.0.0.0/0"),
            (
                "allow everyone tcp 80 until 9999-12-31T23:59:59Z",
                "allow everyone tcp 80 until 9999-12-31T23:59:59Z"
            ),
            (
                "allow everyone tcp 80 until 0001-01-01T00:00:00Z",
                "allow everyone tcp 80 until 0001-01-01T00:00:00Z"
            ),
            (
                "allow everyone tcp 80 until 2026-12-01T12:00:00+01:30",
                "allow everyone tcp 80 until 2026-12-01T10:30:00Z"
            ),
        ] as [(ByteString, ByteString)]
    )
    func parsesAndPrints(_ text: ByteString, _ canonical: ByteString) {
        let rules = parse(text).rules
        #expect(rules.map(\.rule.byteString) == [canonical])
        #expect(parse(canonical).rules.map(\.rule) == rules.map(\.rule))
    }

    @Test(
        "A mistake is refused, and named",
        arguments: [
            ("alow user web tcp 80", "1:1: found \"alow\", expected \"allow\" or \"confine\"; did you mean \"allow\"?"),
            ("allow usr web tcp 80", "1:7: found \"usr\", expected user NAME"),
            (
                "allow user web tpc 80",
                "1:16: found \"tpc\", expected a protocol (tcp, udp or any); did you mean \"tcp\"?"
            ),
            ("allow user web tcp 70000", "1:20: found \"70000\", expected a port 1-65535"),
            ("allow user web tcp 80,99999", "1:23: found \"99999\", expected a port"),
            ("allow user web tcp 080", "1:20: found \"080\""),
            ("allow user web tcp 0", "1:20: found \"0\""),
            ("allow user web tcp 90-80", "1:20: found \"90-80\""),
            ("allow user web tcp 1--2", "1:20: found \"1--2\""),
            ("allow user web tcp 18446744073709551696", "1:20: found"),
            ("allow user web tcp 80,", "1:23: found \"80,\""),
            ("allow user web tcp", "1:19: the line ends, expected a port"),
            ("allow user", "1:11: the line ends, expected the name of a user"),
            ("allow", "1:6: the line ends, expected user NAME"),
            ("allow user 1000 tcp 80", "1:12: found \"1000\", expected the name of a user; did you mean \"uid 1000\"?"),
            ("allow user a,b tcp 80", "1:12: found \"a,b\", expected the name of one user"),
            ("confine user web\r", "expected a line that ends with a newline alone"),
            ("allow user we\0b tcp 80", "1:12: found \"we\\x00b\", expected the name of a user"),
            ("allow everyone tcp 80 until 9999-12-31T23:59:59-00:01", "expected a time"),
            ("allow everyone tcp 80 until 0001-01-01T00:00:00+00:01", "expected a time"),
            ("allow everyone tcp 80 until 0000-01-01T00:00:00Z", "expected a time"),
            ("allow uid 4294967295 tcp 80", "1:11: found \"4294967295\", expected the number of a user"),
            ("allow user web tcp 80 on 127.0.0.1/8", "did you mean \"127.0.0.0/8\"?"),
            ("allow user web tcp 80 on 1.2.3.4/33", "1:26: found \"1.2.3.4/33\""),
            ("allow user web tcp 80 on localhost", "1:26: found \"localhost\", expected an address"),
            (
                "allow user web tcp 80 until 2026-02-29T00:00:00Z",
                "1:29: found \"2026-02-29T00:00:00Z\", expected a time"
            ),
            ("allow user web tcp 80 until 2026-02-28", "1:29: found"),
            ("allow user web tcp 80 untill 2026-02-28T00:00:00Z", "1:23: found \"untill\""),
            ("allow user web tcp 80 on ::1 on ::2", "1:30: found \"on\""),
            ("allow user web tcp 80\r", "DOS line ends"),
            ("allow user web tcp 80 x\u{1b}", "found \"x\\x1b\""),
            ("allow user web\u{1b}[31m tcp 80", "found \"web\\x1b[31m\", expected the name of a user"),
            ("allow program nginx tcp 80", "1:15: found \"nginx\", expected the absolute path of a program"),
            ("allow program", "1:14: the line ends, expected the absolute path"),
            ("allow program / tcp 80", "1:15: found \"/\", expected the absolute path"),
            ("allow program /a/ tcp 80", "1:15: found"),
            ("allow program /a//b tcp 80", "1:15: found"),
            ("allow program /a/../b tcp 80", "1:15: found"),
            ("allow program /./b tcp 80", "1:15: found"),
            ("allow program /a\u{1}b tcp 80", "1:15: found"),
            ("allow program /a program /b tcp 80", "1:18: found \"program\", expected a protocol"),
            ("allow program /a user web tcp 80", "1:18: found \"user\", expected a protocol"),
            ("allow progam /a tcp 80", "did you mean \"program\"?"),
            ("confine", "1:8: the line ends, expected everyone, user NAME, group NAME, program FILE or root"),
            ("confine program", "1:16: the line ends, expected the absolute path"),
            ("confine program nginx", "1:17: found \"nginx\", expected the absolute path"),
            ("confine program /a tcp 80", "1:20: found \"tcp\", expected the end of the line"),
            ("confine uid 1000", "1:9: found \"uid\", expected everyone"),
            ("confine evryone", "did you mean \"everyone\"?"),
            ("confine user", "1:13: the line ends, expected the name of a user"),
            ("confine root tcp", "1:14: found \"tcp\", expected the end of the line"),
            ("deny user web tcp 80", "1:1: found \"deny\", expected \"allow\""),
        ] as [(ByteString, String)]
    )
    func refuses(_ text: ByteString, _ message: String) {
        let errors = parse(text).errors
        #expect(errors.count == 1)
        #expect(errors.first?.byteString.description.contains(message) == true, "\(errors.first?.byteString ?? "")")
        #expect(parse(text).rules.isEmpty)
    }

    @Test("Long lines are refused") func refusesLongLines() {
        let long = ByteString([UInt8](repeating: UInt8(ascii: "#"), count: RulesFile.maximumLineLength + 1))
        #expect(parse(long).errors.count == 1)
        #expect(parse(long + "\n").errors.count == 1)
        #expect(parse(ByteString(long.bytes.dropLast())).isValid)
    }

    @Test("Lines are counted") func countsLines() {
        let file = parse("# comment\n\nallow everyone tcp 80\nnonsense\nallow everyone tcp 81")
        #expect(file.lines.map(\.number) == [1, 2, 3, 4, 5])
        #expect(file.rules.map(\.location.byteString) == ["rules:3", "rules:5"])
        #expect(file.errors.map(\.line) == [4])
    }

    @Test("Any rule is read as it was written") func roundTripsRandomRules() {
        var random = SplitMix(seed: 7)
        for _ in 0..<20_000 {
            let rule = Rule.random(&random)
            #expect(parse(rule.byteString).rules.map(\.rule) == [rule])
        }
    }

    @Test(
        "A moment is read as RFC 3339 has it",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799), ("2026-11-24T03:45:00Z", 1_795_491_900),
            ("2038-01-19T03:14:08Z", 2_147_483_648), ("1969-12-31T23:59:59Z", -1),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(ByteString, Int64)]
    )
    func timestamps(_ text: ByteString, _ seconds: Int64) {
        #expect(Timestamp(text)?.rawValue == seconds)
        #expect(Timestamp(rawValue: seconds).byteString == text)
    }
}
