// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The helper as it is installed: what its starter leaves in its process has no say, and nothing makes it fail open.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct AuthbindHelperTests: SandboxSuite {
    static let prelude =
        "touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81; H=$LIBEXEC/lowport-helper\n"
    private static let ask = "as alice bind-probe tcp4 run $H 0100007f 5100"

    @Test("The helper binds with file capabilities") func bindsWithFileCapabilities() async throws {
        try await expect(Self.ask, "helper ok\n")
    }

    @Test("The helper binds set-id root where there are no attributes") func bindsSetIDRootWhereThereAreNoAttributes()
        async throws
    {
        try await expect("setcap -r $H; chmod 4755 $H; \(Self.ask)", "helper ok\n")
    }

    @Test("Set-id root, the helper judges the real user") func setIDRootJudgesTheRealUser() async throws {
        try await expect(
            "setcap -r $H; chmod 4755 $H; chown bob /etc/authbind/byport/81; chmod 100 /etc/authbind/byport/81; \(Self.ask)",
            "helper 13\n"
        )
        try await expect(
            """
            setcap -r $H; chmod 4755 $H; rm /etc/authbind/byport/81
            echo 127.0.0.1,81 > /etc/authbind/byuid/1001; chmod 0 /etc/authbind/byuid/1001; \(Self.ask)
            """,
            "helper ok\n"
        )
    }

    @Test("Without privilege nothing is bound") func withoutPrivilegeNothingIsBound() async throws {
        try await expect("setcap -r $H; \(Self.ask)", "helper 13\n")
    }

    @Test("A byuid file is read that root alone may read") func readsAByuidFileThatRootAloneMayRead() async throws {
        try await expect(
            """
            rm /etc/authbind/byport/81; echo 127.0.0.1,81 > /etc/authbind/byuid/1001
            chmod 0 /etc/authbind/byuid/1001; chmod 700 /etc/authbind/byuid; \(Self.ask)
            """,
            "helper ok\n"
        )
    }

    @Test("The helper binds by rule") func bindsByRule() async throws {
        try await expect(
            "rm -r /etc/authbind; echo 'allow user alice tcp 81' > /etc/lowport/rules; \(Self.ask); as bob bind-probe tcp4 run $H 0100007f 5100",
            "helper ok\nhelper 1\n"
        )
    }

    @Test("A dual-stack socket is judged for both families") func judgesADualStackSocketForBothFamilies() async throws {
        try await expect(
            """
            rm -r /etc/authbind; echo 'allow user alice tcp 81 on ::/0' > /etc/lowport/rules
            as alice bind-probe tcp6 v6only run $H 00000000000000000000000000000000 5100 6
            as alice bind-probe tcp6 dual run $H 00000000000000000000000000000000 5100 6
            """,
            "helper ok\nhelper 1\n"
        )
    }

    @Test("The protocol of the socket itself is judged") func judgesTheProtocolOfTheSocket() async throws {
        try await expect(
            """
            rm -r /etc/authbind; echo 'allow user alice udp 81' > /etc/lowport/rules
            as alice bind-probe udp4 run $H 0100007f 5100; as alice bind-probe tcp4 run $H 0100007f 5100
            as alice bind-probe mptcp4 run $H 0100007f 5100
            """,
            "helper ok\nhelper 1\nhelper 1\n"
        )
    }

    @Test(
        "The helper does not mind how it is started",
        arguments: [
            "env LD_PRELOAD=/nonexistent LD_LIBRARY_PATH=/nonexistent LD_AUDIT=x GLIBC_TUNABLES=x=y MALLOC_TRACE=/x GCONV_PATH=/x",
            "env -i", "env SWIFT_DEBUG_HELP=1 TZ=/etc/shadow LC_ALL=xx LOCPATH=/x", "setpriv --nice 5",
            "prlimit --nofile=5", "prlimit --fsize=0", "prlimit --core=0 --stack=262144",
            "sh -c 'umask 0; trap \"\" ALRM TERM HUP; exec \"$@\"' sh",
            "sh -c 'mkdir gone; cd gone; rmdir ../gone; exec \"$@\"' sh",
        ]
    )
    func doesNotMindHowItIsStarted(prefix: String) async throws {
        let prefix = prefix.hasPrefix("setpriv") ? "nice -n 5" : prefix
        try await expect(
            "chmod 777 .; as alice \(prefix) $BIN/bind-probe tcp4 run $H 0100007f 5100 2>/dev/null",
            "helper ok\n"
        )
    }

    @Test("Long and many arguments do no harm") func survivesLongAndManyArguments() async throws {
        try await expect(
            """
            L=$(printf '%0130000d' 0 | tr 0 1)
            as alice bind-probe tcp4 run $H $L $L 2>/dev/null
            as alice bind-probe tcp4 run $H $(seq 1000) 2>/dev/null
            """,
            "helper 38\nhelper 38\n"
        )
    }

    @Test("The new privileges of a debugger are none") func theNewPrivilegesOfADebuggerAreNone() async throws {
        try await expect("as alice strace -f -o /dev/null bind-probe tcp4 run $H 0100007f 5100", "helper 13\n")
    }

    @Test("A helper that was stopped does not bind later") func aHelperThatWasStoppedDoesNotBindLater() async throws {
        // A long file keeps the helper deciding while it is stopped; that its life is limited shows in its signal mask.
        let outcome = try await Sandbox.run(
            Self.prelude + """
                rm /etc/authbind/byport/81
                { yes '# x' | head -c 4000000; echo 127.0.0.1,81; } > /etc/authbind/byuid/1001
                cat > stop.py <<'END'
                import os, signal, socket, sys, time
                def mask(p, name="SigBlk"):
                    with open("/proc/%d/status" % p) as f:
                        return [l.split()[1] for l in f if l.startswith(name)][0]
                s = socket.socket()
                p = os.fork()
                if p == 0:
                    os.dup2(s.fileno(), 0)
                    os.execv(sys.argv[1], [sys.argv[1], "0100007f", "5100"])
                while not mask(p).startswith("f"): pass
                os.kill(p, signal.SIGSTOP)
                _, status = os.waitpid(p, os.WUNTRACED)
                print(os.WIFSTOPPED(status))
                # Its time is over when SIGALRM waits for it.
                while not int(mask(p, "ShdPnd"), 16) >> (signal.SIGALRM - 1) & 1: time.sleep(0.02)
                os.kill(p, signal.SIGCONT)
                print(os.waitpid(p, 0)[1], s.getsockname()[1])
                END
                as alice /usr/bin/python3 stop.py $H
                """
        )
        #expect(outcome.output == "True\n14 0\n", "\(outcome)")
    }

    @Test("A user namespace with its own tree gains nothing") func aUserNamespaceWithItsOwnTreeGainsNothing()
        async throws
    {
        try await expect(
            """
            rm /etc/authbind/byport/81; mkdir -p $T/mine/byport; : > $T/mine/byport/81; chmod -R 755 $T/mine
            as alice unshare -Urm sh -c "mount --bind $T/mine /etc/authbind; bind-probe tcp4 run $H 0100007f 5100"
            """,
            "helper 13\n"
        )
    }

    @Test("A rule of another owner grants nothing") func aRuleOfAnotherOwnerGrantsNothing() async throws {
        try await expect(
            "rm -r /etc/authbind; echo 'allow everyone any 1-1023' > /etc/lowport/rules; chown alice /etc/lowport/rules; \(Self.ask)",
            "helper 1\n"
        )
    }
}
