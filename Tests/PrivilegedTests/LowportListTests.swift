// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `lowport list` and `lowport check` show, screen by screen.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportListTests {
    /// Something from every source, and something wrong with most of it.
    static let policy = """
        cat > /etc/lowport/rules <<END
        allow user alice tcp 80,443,8000-8010
        allow group dns any 53 on 127.0.0.0/8,::1,192.0.2.0/24,2001:db8::/32
        END
        cat > /etc/lowport/rules.d/more.rules <<END
        allow everyone tcp 79 until 1999-01-01T00:00:00Z
        allow user alice tcp 80
        allow user ghost tcp 8
        END
        install -m 755 /dev/null /etc/authbind/byport/25
        install -m 750 -g dns /dev/null '/etc/authbind/byport/!600'
        install -m 755 /dev/null /etc/authbind/byaddr/127.0.0.1,27
        printf '%s\\n' 127.0.0.1,81 10.0.0.0-10.0.0.9,70-90 10.0.0.0/24,5 > /etc/authbind/byuid/1001
        cp /bin/true $T/server
        setcap cap_net_bind_service=ep $T/server
        PATH=$T:$BIN:/usr/bin:/bin

        """

    @Test("Every source of permission is listed") func listsEverySource() async throws {
        let outcome = try await Sandbox.run(Self.policy + "lowport list")
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        WHO                   PROTOCOL  PORTS             ADDRESSES                                   UNTIL                        SOURCE
                        user alice            tcp       80,443,8000-8010  all                                         -                            /etc/lowport/rules:1
                        group dns             any       53                127.0.0.0/8,::1,192.0.2.0/24,2001:db8::/32  -                            /etc/lowport/rules:2
                        everyone              tcp       79                all                                         1999-01-01T00:00:00Z (over)  /etc/lowport/rules.d/more.rules:1
                        user alice            tcp       80                all                                         -                            /etc/lowport/rules.d/more.rules:2
                        user ghost            tcp       8                 all                                         -                            /etc/lowport/rules.d/more.rules:3
                        user root             any       600               all                                         -                            /etc/authbind/byport/!600
                        group dns             any       600               all                                         -                            /etc/authbind/byport/!600
                        everyone              any       25                all                                         -                            /etc/authbind/byport/25
                        everyone              any       27                127.0.0.1                                   -                            /etc/authbind/byaddr/127.0.0.1,27
                        user alice            any       81                127.0.0.1                                   -                            /etc/authbind/byuid/1001:1
                        user alice            any       70-90             10.0.0.0-10.0.0.9                           -                            /etc/authbind/byuid/1001:2
                        user alice            any       5                 10.0.0.0/24                                 -                            /etc/authbind/byuid/1001:3
                        everyone, by program  any       all               all                                         -                            capability of /mnt/work/server
                        everyone              any       1024-65535        all                                         -                            kernel (lowport threshold)

                        """,
                    errors: """
                        lowport: /etc/lowport/rules.d/more.rules:1: expired at 1999-01-01T00:00:00Z
                        lowport: /etc/lowport/rules.d/more.rules:3: there is no user ghost

                        """
                )
        )
    }

    @Test("The list is filtered by user and port") func filtersByUserAndPort() async throws {
        let outcome = try await Sandbox.run(
            Self.policy + """
                setcap -r $T/server
                lowport list --user bob --port 50-60
                lowport list --user alice --port 80-443
                lowport list --port 9999
                lowport list --port 9
                """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        WHO        PROTOCOL  PORTS  ADDRESSES                                   UNTIL  SOURCE
                        group dns  any       53     127.0.0.0/8,::1,192.0.2.0/24,2001:db8::/32  -      /etc/lowport/rules:2
                        WHO         PROTOCOL  PORTS             ADDRESSES          UNTIL  SOURCE
                        user alice  tcp       80,443,8000-8010  all                -      /etc/lowport/rules:1
                        user alice  tcp       80                all                -      /etc/lowport/rules.d/more.rules:2
                        user alice  any       81                127.0.0.1          -      /etc/authbind/byuid/1001:1
                        user alice  any       70-90             10.0.0.0-10.0.0.9  -      /etc/authbind/byuid/1001:2
                        WHO       PROTOCOL  PORTS       ADDRESSES  UNTIL  SOURCE
                        everyone  any       1024-65535  all        -      kernel (lowport threshold)
                        nothing allows that

                        """
                )
        )
    }

    @Test("Every source is checked") func checksEverySource() async throws {
        let outcome = try await Sandbox.run(
            Self.policy + """
                lowport check
                lowport check --quiet
                lowport check --strict --quiet >/dev/null || echo $?
                """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        /etc/lowport/rules.d/more.rules:1: warning: expired at 1999-01-01T00:00:00Z
                        /etc/lowport/rules.d/more.rules:2: warning: allows nothing that /etc/lowport/rules:1 does not allow already
                        /etc/lowport/rules.d/more.rules:3: warning: there is no user ghost
                        5 rules in 2 files: no errors
                        1

                        """
                )
        )
    }

    @Test("Files that nobody reads because of their names are named") func namesMisnamedFiles() async throws {
        let outcome = try await Sandbox.run(
            """
            cd /etc/lowport/rules.d; touch web web.conf README web.rules~ web.rules.dpkg-old .hidden .hidden.conf ok.rules
            lowport check; chmod 700 /etc/lowport; as alice lowport check || echo $?
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        /etc/lowport/rules.d/web: warning: is not read: its name does not end in .rules
                        /etc/lowport/rules.d/web.conf: warning: is not read: its name does not end in .rules
                        0 rules in 1 file: no errors
                        /etc/lowport: error: permission denied
                        1

                        """
                )
        )
    }

    @Test("What authbind passes over is named") func namesWhatAuthbindPassesOver() async throws {
        let outcome = try await Sandbox.run(
            """
            cd /etc/authbind
            install -m 755 /dev/null byport/600
            install -m 644 /dev/null byport/26
            install -m 755 /dev/null 'byaddr/::1,!28'
            touch byuid/alice
            printf '%s\\n' 127.0.0.1/8,81 ' 127.0.0.1,82' '127.0.0.1,81 # mine' '[::1],80' '# fine' '' 0.0.0.0/0,600 \\
                localhost,80 '*,80' 127.0.0.1,90-80 '127.0.0.1 ,80' > byuid/1001
            printf '%s\\n' 0.0.0.0/0,80 > 'byuid/!1001'
            lowport check
            chmod 664 byuid/1001
            chmod 777 byport
            lowport check --quiet
            """
        )
        let passedOver: ByteString = "is passed over:"
        #expect(
            outcome
                == Outcome(
                    status: 1,
                    output: """
                        /etc/authbind/byport/26: warning: no user may execute it: the port is refused, even if another file of authbind \
                        allows it
                        /etc/authbind/byport/600: warning: no bind asks for this name; expected N for a port 1-511, !N for one from \
                        512 on
                        /etc/authbind/byaddr/::1,!28: warning: no bind asks for this name; expected ADDRESS,PORT, with ! in front for \
                        ports from 512 on
                        /etc/authbind/byuid/!1001:1: warning: has no effect: the file without ! in its name is asked for ports below \
                        512
                        /etc/authbind/byuid/1001:1: warning: \(passedOver) there are bits set behind the prefix; did you mean \
                        "127.0.0.0/8,81"?
                        /etc/authbind/byuid/1001:2: warning: \(passedOver) nothing may stand in front of the address; did you mean \
                        "127.0.0.1,82"?
                        /etc/authbind/byuid/1001:3: warning: \(passedOver) nothing may stand behind the ports, not even a comment; did \
                        you mean "127.0.0.1,81"?
                        /etc/authbind/byuid/1001:4: warning: \(passedOver) addresses have no brackets; did you mean "::1,80"?
                        /etc/authbind/byuid/1001:7: warning: has no effect: the file with ! in front of its name is asked for ports \
                        from 512 on
                        /etc/authbind/byuid/1001:8: warning: \(passedOver) expected ADDRESS,PORTS or ADDRESS/LENGTH,PORTS with PORTS as \
                        N or N-M
                        /etc/authbind/byuid/1001:9: warning: \(passedOver) every address is a prefix of length 0; did you mean \
                        "0.0.0.0/0,80"?
                        /etc/authbind/byuid/1001:10: warning: the first port is above the last, so that it allows nothing
                        /etc/authbind/byuid/1001:11: warning: \(passedOver) there are no blanks in a rule; did you mean \
                        "127.0.0.1,80"?
                        /etc/authbind/byuid/alice: warning: no bind asks for this name; expected the number of a user, with ! in front \
                        for ports from 512 on
                        0 rules in 0 files: no errors
                        /etc/authbind/byport: error: uid 0, mode 0777: others than root can make files here
                        /etc/authbind/byuid/1001: error: uid 0, mode 0664: others than root can write lines here

                        """
                )
        )
    }

    @Test("A port is granted to a program") func grantsToAProgram() async throws {
        let outcome = try await Sandbox.run(
            """
            mkdir /mnt/srv; cd /mnt/srv
            cp /bin/true server
            setcap cap_net_raw=p server
            lowport grant --program server --dry-run --quiet
            lowport grant --program server
            lowport grant --program server --quiet
            getcap server
            lowport revoke --program server
            getcap server
            lowport revoke --program server
            setcap -r server
            lowport grant --program server --quiet
            lowport revoke --program server --json
            getcap server
            lowport grant --program /nonexistent || echo $?
            as alice lowport grant --program server || echo $?
            lowport grant --program server --protocol udp 2>/dev/null || echo $?
            lowport revoke --program server --everyone 2>/dev/null || echo $?
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        would be added: cap_net_bind_service=ep /mnt/srv/server
                        added: cap_net_bind_service=ep /mnt/srv/server
                        server cap_net_bind_service,cap_net_raw=ep
                        removed: cap_net_bind_service=ep /mnt/srv/server
                        server cap_net_raw=ep
                        unchanged
                        {
                          "added" : [

                          ],
                          "changed" : true,
                          "dry_run" : false,
                          "removed" : [
                            "cap_net_bind_service=ep /mnt/srv/server"
                          ],
                          "schema" : "lowport.change/1"
                        }
                        71
                        77
                        64
                        64

                        """,
                    errors: """
                        warning: every user who runs /mnt/srv/server may bind every port with it, on every address
                        warning: an upgrade that replaces the file takes the capability away
                        hint: for single ports and users: lowport grant PORT --user NAME
                        lowport: cannot look at /nonexistent: no such file or directory
                        lowport: cannot change the capabilities of /mnt/srv/server: operation not permitted
                        hint: run it as root, with sudo

                        """
                )
        )
    }
}
