// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Programs under the broker: reached whatever they are made of, and not disturbed.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct BrokerTests: SandboxSuite {
    static let prelude = """
        touch /etc/authbind/byport/81 /etc/authbind/byport/83; chmod 755 /etc/authbind/byport/81
        RUN="$LIBEXEC/lowport-run --via broker"
        P=$BIN/bind-probe

        """

    /// Kills `program`, once a first line is in `out`, and writes a line to descriptor 5 when it is gone.
    private static func kill(_ program: String) -> String {
        """
        mkfifo go; exec 5<>go; : > out
        (until [ -s out ]; do sleep 0.05; done; p=$(pgrep -x \(program)); kill -9 $p
        while grep -qs '^State:.[^ZX]' /proc/$p/status; do sleep 0.01; done; echo >&5) &
        """
    }

    @Test("The broker answers as the library does") func answersAsTheLibraryDoes() async throws {
        try await expect(
            """
            as alice $RUN $P tcp4 bind 127.0.0.1 81 state tcp4 bind 127.0.0.1 82 tcp4 bind 127.0.0.1 83 \\
                tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 8081 tcp6 bind ::1 81 udp4 bind 127.0.0.1 81 null badptr
            """,
            """
            bind ok
            state fd=3 127.0.0.1 81 nonblock=0 cloexec=0 reuse=0 listening=0
            bind 1
            bind 13
            bind 98
            bind ok
            bind ok
            bind ok
            null 14
            badptr 14

            """
        )
    }

    @Test("The broker reaches what a library cannot") func reachesWhatALibraryCannot() async throws {
        try await expect(
            """
            as alice $RUN $P tcp4 sysbind 127.0.0.1 81
            as alice $RUN env -i $P tcp4 bind 127.0.0.1 81
            as alice $RUN sh -c "$P children-fork exec $P tcp4 bind 127.0.0.1 81"
            as alice $RUN $P no-new-privs len=128 tcp4 bind 127.0.0.1 81
            as alice $RUN $P threads 1 127.0.0.1 81
            """,
            "sysbind ok\nbind ok\nbind ok\nbind ok\nthreads 1/1\n"
        )
    }

    @Test("A program keeps its number, its group and its status") func keepsProcessNumberGroupAndStatus() async throws {
        try await expect(
            """
            as alice sh -c "echo \\$\\$ \\$(ps -o pgid= -o sid= \\$\\$); exec $RUN sh -c 'echo \\$\\$ \\$(ps -o pgid= -o sid= \\$\\$)'" |
                uniq | wc -l
            as alice $RUN sh -c 'exit 7' || echo $?
            as alice $RUN sh -c 'kill -9 $$' || echo $?
            as alice $RUN sh -c 'read -r c < /proc/$$/task/$$/children || :; echo "[$c]"'
            """,
            "1\n7\n137\n[]\n"
        )
    }

    @Test("Failures of the launcher have a status of their own") func ownFailuresHaveTheirStatus() async throws {
        try await expect(
            "for c in '' --bogus '--via x y' /nonexistent /etc; do as alice $RUN $c 2>/dev/null || echo $?; done",
            "125\n125\n125\n127\n126\n"
        )
    }

    @Test("The broker ends with the last program") func endsWithTheLastProgram() async throws {
        try await expect(
            """
            mkfifo go; chmod 666 go; as alice $RUN sh -c 'cat go >/dev/null 2>&1 & echo started' | cat
            pgrep -c -x lowport-run || :; : > go
            while pgrep -x lowport-run || pgrep -x lowport-helper; do sleep 0.1; done > /dev/null; echo ended
            """,
            "started\n1\nended\n"
        )
    }

    @Test("The death of the broker gives errors, and nobody hangs") func itsDeathGivesErrorsAndDoesNotHang()
        async throws
    {
        try await expect(
            """
            \(Self.kill("lowport-run"))
            as alice timeout 120 $RUN $P tcp4 bind 127.0.0.1 81 input tcp4 bind 127.0.0.1 82 tcp6 v6only bind ::1 81 > out <&5
            cat out
            """,
            "bind ok\nbind 38\nbind 38\n"
        )
    }

    @Test("A lost helper is replaced") func aLostHelperIsReplaced() async throws {
        try await expect(
            """
            \(Self.kill("lowport-helper"))
            as alice timeout 120 $RUN $P tcp4 bind 127.0.0.1 81 input tcp6 v6only bind ::1 81 > out <&5; cat out
            """,
            "bind ok\nbind ok\n"
        )
    }

    @Test("What a lost helper had received is answered") func whatALostHelperHadReceivedIsAnswered() async throws {
        // The kernel gives a call out once. Whoever dies with it in hand must not leave the program waiting for ever, nor
        // the answer be that of a second bind of what was bound already.
        try await expect(
            """
            cat > kill.py <<'END'
            import os, signal, subprocess, sys
            program = subprocess.Popen(sys.argv[1:])
            killed = 0
            while program.poll() is None:
                for p in subprocess.run(["pgrep", "-x", "lowport-helper"], capture_output=True).stdout.split():
                    try: os.kill(int(p), signal.SIGKILL); killed += 1
                    except ProcessLookupError: pass
            print("some" if killed > 0 else killed)
            END
            as alice timeout 300 /usr/bin/python3 kill.py $RUN $P repeat 20000 127.0.0.1 81
            """,
            "repeat 20000/20000 last=0\nsome\n"
        )
    }

    @Test("A helper that was stopped does not bind on an old decision")
    func aHelperThatWasStoppedDoesNotBindOnAnOldDecision() async throws {
        // A long file keeps it deciding until it is stopped.
        try await expect(
            """
            rm /etc/authbind/byport/81; echo 127.0.0.1,81 > /etc/authbind/byuid/1001
            cat > stop.py <<'END'
            import os, signal, socket, subprocess, threading, time
            def bind():
                with socket.socket() as s:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try: s.bind(("127.0.0.1", 81)); return "bound"
                    except OSError as e: return e
            def allow(text):
                with open("/etc/authbind/byuid/1001", "w") as f: f.write(text)
            print(bind())
            allow("# x\\n" * 1000000 + "127.0.0.1,81\\n")
            helper = int(subprocess.run(["pgrep", "-x", "lowport-helper"], capture_output=True).stdout)
            results = []
            thread = threading.Thread(target=lambda: results.append(bind()))
            thread.start()
            def state():
                with open("/proc/%d/stat" % helper) as f: return f.read().rsplit(")", 1)[1].split()[0]
            while state() == "S": pass
            os.kill(helper, signal.SIGSTOP)
            while state() != "T": pass
            allow("# revoked")
            # Its time is over when SIGALRM waits for it.
            def pending():
                with open("/proc/%d/status" % helper) as f:
                    return [int(l.split()[1], 16) for l in f if l.startswith("ShdPnd")][0]
            while not pending() >> (signal.SIGALRM - 1) & 1: time.sleep(0.02)
            print(len(results))
            os.kill(helper, signal.SIGCONT)
            thread.join()
            print(results[0])
            END
            chown 1001 /etc/authbind/byuid/1001; as alice timeout 300 $RUN /usr/bin/python3 stop.py
            """,
            "bound\n0\n[Errno 2] No such file or directory\n"
        )
    }

    @Test("What is left to the kernel is left to it also later") func whatItLeavesToTheKernelItLeavesAlsoLater()
        async throws
    {
        // The first bind has the helper listen by itself.
        try await expect(
            """
            as alice $RUN $P tcp4 bind 127.0.0.1 81 landlock tcp6 v6only bind ::1 81
            as alice $RUN $P tcp4 bind 127.0.0.1 81 hide tcp6 v6only bind ::1 81 tcp4 bind 127.0.0.1 8081
            as alice $RUN sh -c "$P tcp4 bind 127.0.0.1 81; unshare -Urn sh -c 'ip link set lo up; $P tcp4 bind 127.0.0.1 82'
                $P tcp4 bind 127.0.0.1 82 tcp4 bind 127.0.0.1 83 tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 81"
            """,
            "bind ok\nbind 13\nbind ok\nbind 13\nbind ok\nbind ok\nbind ok\nbind 1\nbind 13\nbind ok\nbind 98\n"
        )
    }

    @Test("Only the helper has a privilege, and only that of binding")
    func onlyTheHelperHasAPrivilegeAndOnlyThatOfBinding() async throws {
        try await expect(
            """
            as alice $RUN $P tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82 pause 60000 > out &
            until [ "$(wc -l < out)" = 2 ]; do sleep 0.05; done; cat out
            for p in lowport-run lowport-helper; do
                grep -e CapPrm -e CapEff /proc/$(pgrep -x $p)/status; as alice head -c1 /proc/$(pgrep -x $p)/environ >/dev/null 2>&1 || echo hidden
            done; pkill -x "$(basename "$P")"
            """,
            """
            bind ok
            bind 1
            CapPrm:\t0000000000000000
            CapEff:\t0000000000000000
            CapPrm:\t0000000000000404
            CapEff:\t0000000000000400
            hidden

            """
        )
    }

    @Test("Threads, reapers and storms do no harm") func survivesThreadsReapersAndStorms() async throws {
        try await expect(
            """
            for p in $(seq 100 131); do touch /etc/authbind/byport/$p; done; chmod 755 /etc/authbind/byport/*
            as alice timeout 300 $RUN $P threads 32 127.0.0.1 100
            as alice timeout 300 $RUN $P reaper repeat 100 127.0.0.1 81 children
            as alice timeout 300 $RUN $P storm 50 repeat 2000 127.0.0.1 81
            as alice timeout 300 $RUN $P harsh-storm 50 repeat 2000 127.0.0.1 81 | sed 's/repeat.* last=\\(0\\|4\\)$/all or EINTR/'
            """,
            // Without SA_RESTART a signal may come before the call is received, and is EINTR: seccomp_unotify(2).
            "threads 32/32\nrepeat 100/100 last=0\nchildren 0 reaped 0\nrepeat 2000/2000 last=0\nall or EINTR\n"
        )
    }

    @Test("What was judged is what is bound") func bindsWhatItHasJudged() async throws {
        try await expect("as alice timeout 300 $RUN $P changing 2000 127.0.0.1 81 82", "changing some other=0\n")
    }

    @Test("Nothing is bound for who gave up the right") func bindsNothingForWhoGaveUpTheRight() async throws {
        try await expect("as alice $RUN $P landlock tcp4 bind 127.0.0.1 81", "bind 13\n")
        try await expect(
            "as alice $RUN sh -c '$0 landlock >/dev/null; $0 tcp4 bind 127.0.0.1 81' $P",
            "bind 13\n"
        )
    }

    @Test("Nothing is bound for who is somebody else") func bindsNothingForWhoIsSomebodyElse() async throws {
        try await expect(
            """
            rm /etc/authbind/byport/81; echo 127.0.0.1,81 > /etc/authbind/byuid/0; echo 127.0.0.1,81 > /etc/authbind/byuid/1002
            $RUN $P become 1001 tcp4 bind 127.0.0.1 81
            $RUN $P become 1002 tcp4 bind 127.0.0.1 81
            """,
            "bind 13\nbind 13\n"
        )
    }

    @Test("Who cannot be looked into is left to the kernel") func leavesToTheKernelWhoCannotBeLookedInto() async throws
    {
        try await expect("as alice $RUN $P hide tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 8081", "bind 13\nbind ok\n")
    }

    @Test("What the program may do itself is left to the kernel") func leavesToTheKernelWhatTheProgramMayDoItself()
        async throws
    {
        try await expect(
            """
            $RUN $P tcp4 bind 127.0.0.1 82
            as alice $RUN unshare -Urn sh -c "ip link set lo up; $P tcp4 bind 127.0.0.1 82"
            """,
            "bind ok\nbind ok\n"
        )
    }

    @Test func `a program that ends at once leaves its port free`() async throws {
        // Linked statically: the loader would take longer than the supervisor has to be late.
        try await expect(
            """
            cat > quick.c <<'END'
            #include <arpa/inet.h>
            int main(void)
            {
                struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(81)};
                return bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address) != 0;
            }
            END
            clang -static -o quick quick.c
            for turn in $(seq 300); do as alice $RUN ./quick && echo bound || echo failed; done | sort | uniq -c | tr -s ' '
            """,
            " 300 bound\n"
        )
    }

    @Test("Inside another listener the library takes over") func insideAnotherListenerTheLibraryTakesOver() async throws
    {
        try await expect(
            """
            as alice $RUN $LIBEXEC/lowport-run $P tcp4 bind 127.0.0.1 81
            as alice $RUN $RUN $P tcp4 bind 127.0.0.1 81 || echo $?
            """,
            "bind ok\n125\n"
        )
    }

    @Test("Inside another listener the helper keeps its privilege")
    func insideAnotherListenerTheHelperKeepsItsPrivilege() async throws {
        // Root's listener takes nobody's right to gain privileges, as those of containers do not.
        try await expect(
            "$RUN setpriv --reuid alice --regid alice --init-groups $LIBEXEC/lowport-run $P tcp4 bind 127.0.0.1 81",
            "bind ok\n"
        )
    }

    @Test("Inside another listener authbind starts the program all the same")
    func insideAnotherListenerAuthbindStartsTheProgramAllTheSame() async throws {
        let outcome = try await Sandbox.run(
            Self.prelude + """
                cp /usr/bin/busybox busybox
                $RUN authbind ./busybox echo ran
                as alice $RUN authbind --via broker ./busybox echo ran || echo $?
                """
        )
        #expect(outcome.output == "ran\n255\n", "\(outcome)")
        // Root needs no permission, and so is told nothing.
        let whole =
            "lowport-run: this process is watched by another listener already, as in some containers\n"
            + "hint: let the kernel of the host decide: sudo lowport enforce enable\n"
        #expect(outcome.errors == ByteString(whole), "\(outcome)")
    }

    @Test("Authbind fails in its own words whatever the engine") func authbindFailsInItsOwnWordsWhateverTheEngine()
        async throws
    {
        let outcome = try await Sandbox.run(
            "cp /usr/bin/busybox static; chmod 644 static; as alice authbind ./static echo || echo $?"
        )
        #expect(outcome.output == "255\n", "\(outcome)")
        #expect(outcome.errors == "./static: Permission denied\n", "\(outcome)")
    }

    @Test("A program that nobody may read gets the library") func aProgramThatNobodyMayReadGetsTheLibrary() async throws
    {
        try await expect(
            "cp $P hidden; chmod 111 hidden; as alice $LIBEXEC/lowport-run --verbose ./hidden tcp4 bind 127.0.0.1 81 2>&1",
            """
            lowport-run: ./hidden: preload: its file may not be read, and so the broker could not look into it
            bind ok

            """
        )
    }

    @Test("Signals to everybody do not end the broker") func signalsToEverybodyDoNotEndIt() async throws {
        try await expect(
            """
            cat > signals.py <<'END'
            import os, signal, socket, subprocess
            for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGUSR1): signal.signal(s, signal.SIG_IGN)
            def bind():
                with socket.socket() as s:
                    try: s.bind(("127.0.0.1", 81)); print("bound")
                    except OSError as e: print(e)
            bind()
            for s in ("TERM", "HUP", "INT", "USR1"): subprocess.run(["pkill", "-" + s, "-x", "lowport-run|lowport-helper"])
            bind()
            END
            as alice $RUN /usr/bin/python3 signals.py
            """,
            "bound\nbound\n"
        )
    }

    @Test("The broker stops and goes on with its program") func stopsAndGoesOnWithItsProgram() async throws {
        // It is the program that has the number: whoever stops it, waits for it or asks for its state meets it alone.
        try await expect(
            """
            cat > stop.py <<'END'
            import os, signal, sys
            p = os.fork()
            if p == 0: os.execv(sys.argv[1], sys.argv[1:])
            for s in (signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM):
                os.kill(p, s)
                _, status = os.waitpid(p, os.WUNTRACED | os.WCONTINUED)
                print(os.WIFSTOPPED(status), os.WIFCONTINUED(status), os.WIFSIGNALED(status) and os.WTERMSIG(status))
            END
            as alice /usr/bin/python3 stop.py $RUN sleep 60
            """,
            "True False False\nFalse True False\nFalse False 15\n"
        )
    }

    @Test("The memory of the broker is small") func itsMemoryIsSmall() async throws {
        let outcome = try await Sandbox.run(
            Self.prelude
                + "as alice $RUN sh -c 'sleep 9' & until pgrep -x sleep >/dev/null; do sleep 0.1; done; awk '/VmRSS/ { print $2 }' /proc/$(pgrep -x lowport-run)/status"
        )
        let kilobytes = Int(outcome.output.split(on: 0x0A)[0].description) ?? .max
        #expect(kilobytes < 4096, "\(outcome)")
    }
}
