// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The table of `lowport list` on terminals of 80 and 120 columns, as script(1) gives them to the program, and without one.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportListScreenTests {
    private func onTerminal(
        _ columns: Int,
        _ command: String,
        _ environment: String = "NO_COLOR=1 TERM=xterm"
    ) async throws -> ByteString {
        let outcome = try await Sandbox.run(
            LowportListTests.policy + """
                env -u NO_COLOR \(environment) script -qec 'stty cols \(columns); \(command)' /dev/null | tr -d '\\r'
                """
        )
        #expect(outcome.status == 0, "\(outcome)")
        return outcome.output
    }

    private let rules = """
        rm -r /etc/authbind/* /etc/lowport/rules.d/more.rules /mnt/work/server; lowport list -q --port 53,80
        """

    @Test("A column that is empty in all rows is left out, and paths stay whole") func fitsTheTerminal() async throws {
        #expect(
            try await onTerminal(80, rules)
                == """
                WHO         PROTOCOL  PORTS             ADDRESSES           SOURCE
                user alice  tcp       80,443,8000-8010  all                 /etc/lowport/rules:1
                group dns   any       53                127.0.0.0/8,::1,    /etc/lowport/rules:2
                                                        192.0.2.0/24,
                                                        2001:db8::/32

                """
        )
    }

    @Test("What does not fit beside it is above its source") func sourcesAreBelow() async throws {
        let screen = try await onTerminal(80, "lowport list -q")
        #expect(
            screen == """
                WHO            PROTOCOL  PORTS           ADDRESSES          UNTIL
                    SOURCE
                user alice     tcp       80,443,         all                -
                                         8000-8010
                    /etc/lowport/rules:1
                group dns      any       53              127.0.0.0/8,::1,   -
                                                         192.0.2.0/24,
                                                         2001:db8::/32
                    /etc/lowport/rules:2
                everyone       tcp       79              all                1999-01-01T00:00:00Z
                                                                            (over)
                    /etc/lowport/rules.d/more.rules:1
                user alice     tcp       80              all                -
                    /etc/lowport/rules.d/more.rules:2
                user ghost     tcp       8               all                -
                    /etc/lowport/rules.d/more.rules:3
                user root      any       600             all                -
                    /etc/authbind/byport/!600
                group dns      any       600             all                -
                    /etc/authbind/byport/!600
                everyone       any       25              all                -
                    /etc/authbind/byport/25
                everyone       any       27              127.0.0.1          -
                    /etc/authbind/byaddr/127.0.0.1,27
                user alice     any       81              127.0.0.1          -
                    /etc/authbind/byuid/1001:1
                user alice     any       70-90           10.0.0.0-10.0.0.9  -
                    /etc/authbind/byuid/1001:2
                user alice     any       5               10.0.0.0/24        -
                    /etc/authbind/byuid/1001:3
                everyone, by   any       all             all                -
                program
                    capability of /mnt/work/server
                everyone       any       1024-65535      all                -
                    kernel (lowport threshold)

                """
        )
        #expect(screen.split(on: UInt8(ascii: "\n")).allSatisfy { $0.count <= 80 }, "\(screen)")
    }

    @Test("A wide terminal has each source beside its entry") func fitsAWideTerminal() async throws {
        let screen = try await onTerminal(120, "lowport list -q")
        #expect(
            screen == """
                WHO               PROTOCOL  PORTS             ADDRESSES          UNTIL                 SOURCE
                user alice        tcp       80,443,8000-8010  all                -                     /etc/lowport/rules:1
                group dns         any       53                127.0.0.0/8,::1,   -                     /etc/lowport/rules:2
                                                              192.0.2.0/24,
                                                              2001:db8::/32
                everyone          tcp       79                all                1999-01-01T00:00:00Z  /etc/lowport/rules.d/more.rules:1
                                                                                 (over)
                user alice        tcp       80                all                -                     /etc/lowport/rules.d/more.rules:2
                user ghost        tcp       8                 all                -                     /etc/lowport/rules.d/more.rules:3
                user root         any       600               all                -                     /etc/authbind/byport/!600
                group dns         any       600               all                -                     /etc/authbind/byport/!600
                everyone          any       25                all                -                     /etc/authbind/byport/25
                everyone          any       27                127.0.0.1          -                     /etc/authbind/byaddr/127.0.0.1,27
                user alice        any       81                127.0.0.1          -                     /etc/authbind/byuid/1001:1
                user alice        any       70-90             10.0.0.0-10.0.0.9  -                     /etc/authbind/byuid/1001:2
                user alice        any       5                 10.0.0.0/24        -                     /etc/authbind/byuid/1001:3
                everyone, by      any       all               all                -                     capability of /mnt/work/server
                program
                everyone          any       1024-65535        all                -                     kernel (lowport threshold)

                """
        )
    }

    @Test("Only headings stand out") func onlyHeadingsStandOut() async throws {
        let plain = try await onTerminal(80, rules).description
        let heading = String(plain.prefix { $0 != "\n" })
        let colored = try await onTerminal(80, rules, "TERM=xterm").description
        #expect(colored == plain.replacing(heading, with: "\u{1B}[1m\(heading)\u{1B}[m"))
        #expect(try await onTerminal(80, rules, "TERM=dumb").description == plain)
    }

    @Test("Without a terminal every column is there, in one line") func withoutATerminal() async throws {
        let outcome = try await Sandbox.run(
            "for name in 80 81; do echo \"allow user alice tcp $name\" >> /etc/lowport/rules; done; lowport list -q --port 80 | cat"
        )
        #expect(
            outcome.output == """
                WHO         PROTOCOL  PORTS  ADDRESSES  UNTIL  SOURCE
                user alice  tcp       80     all        -      /etc/lowport/rules:1

                """
        )
    }
}
