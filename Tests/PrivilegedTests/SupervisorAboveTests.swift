// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The broker where its supervisor has to be an ancestor of the program: everybody sees what they would see without it.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct SupervisorAboveTests: SandboxSuite {
    /// `$RUN COMMAND …` becomes lowport-run, of alice, who may bind 81; `until_file FILE` waits until it holds something.
    static let prelude = """
        touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81; chmod 777 .; export LIBEXEC
        cat > run <<'END'
        exec setpriv --reuid alice --regid alice --init-groups $LIBEXEC/lowport-run --via broker --supervisor above -- "$@"
        END
        RUN="sh run"
        until_file() { until [ -s "$1" ]; do sleep 0.02; done; }

        """

    @Test func `it ends as the program ends`() async throws {
        try await expect(
            """
            status() { s=0; "$@" 2>&1 || s=$?; echo "$s"; }
            status $RUN true; status $RUN sh -c 'exit 7'; status $RUN /nonexistent; status $RUN /etc/passwd
            for signal in 1 2 6 9 11 15 34 64; do
                { sh -c "exec $RUN sh -c 'kill -$signal \\$\\$'"; } 2>/dev/null || echo "$signal $?"
            done
            """,
            """
            0
            7
            lowport-run: cannot run /nonexistent: no such file or directory
            127
            lowport-run: cannot run /etc/passwd: the file is not executable
            hint: chmod +x /etc/passwd
            126
            1 129
            2 130
            6 134
            9 137
            11 139
            15 143
            34 162
            64 192

            """
        )
    }

    @Test func `what the program starts may bind, also when it has outlived the program`() async throws {
        try await expect(
            """
            $RUN sh -c 'bind-probe tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82; (bind-probe tcp4 bind 127.0.0.1 81)
                (setsid sh -c "until [ -e go ]; do sleep 0.02; done; bind-probe tcp4 bind 127.0.0.1 81 > daemon") & exit 3' || echo $?
            : > go; until_file daemon; cat daemon
            # With the last of them everything is gone.
            while pgrep -x lowport-run || pgrep -x lowport-helper; do sleep 0.02; done
            """,
            "bind ok\nbind 1\nbind ok\n3\nbind ok\n"
        )
    }

    @Test func `orphans are collected`() async throws {
        try await expect(
            """
            $RUN sh -c 'for i in 1 2 3 4 5; do (sleep 0.01 &); done; : > pid; echo $$ > pid; until [ -e go ]; do sleep 0.02; done' & p=$!
            until_file pid
            reaper=$(ps -o ppid= -p $(cat pid))
            while pgrep -P $reaper -x sleep > /dev/null; do sleep 0.02; done
            ps -o stat= --ppid $reaper | grep -c Z || :
            : > go; wait $p
            """,
            "0\n"
        )
    }

    @Test func `a signal comes once, whether it was sent to the process or to its group`() async throws {
        try await expect(
            """
            cat > count.py <<'END'
            import os, signal, time
            got = []
            for number in (1, 2, 3, 10, 12, 15, 18, 20, 28, 34): signal.signal(number, lambda n, frame: got.append(n))
            open("pid", "w").write(str(os.getpid()))
            while not os.path.exists("go"): time.sleep(0.02)
            print(sorted(got), flush=True)
            END
            cat > send.py <<'END'
            import os, subprocess, sys, time
            for to_group in (False, True):
                for name in ("pid", "go"):
                    if os.path.exists(name): os.unlink(name)
                child = subprocess.Popen(["sh", "run", "/usr/bin/python3", "count.py"], start_new_session=False, preexec_fn=os.setpgrp)
                while not (os.path.exists("pid") and open("pid").read()): time.sleep(0.02)
                inner = int(open("pid").read())
                for number in (1, 2, 3, 10, 12, 15, 20, 28, 34):
                    (os.killpg if to_group else os.kill)(child.pid, number)
                # They have passed the stand-in when this one has.
                def pending(): return [line.split()[1] for line in open(f"/proc/{child.pid}/status") if line.startswith(("SigPnd", "ShdPnd"))]
                while any(int(word, 16) for word in pending()): time.sleep(0.02)
                time.sleep(0.1); open("go", "w"); print(child.wait(), flush=True)
            END
            /usr/bin/python3 send.py
            """,
            "[1, 2, 3, 10, 12, 15, 20, 28, 34]\n0\n[1, 2, 3, 10, 12, 15, 20, 28, 34]\n0\n"
        )
    }

    @Test func `it stops when the program stops, and goes on when the program goes on`() async throws {
        try await expect(
            """
            cat > wait.py <<'END'
            import os, time
            open("pid", "w").write(str(os.getpid()) + "\\n")
            while not os.path.exists("go"): time.sleep(0.02)
            END
            cat > stop.py <<'END'
            import os, signal, time
            child = os.fork()
            if child == 0:
                os.setpgid(0, 0)
                # No shell: the child that it makes would be stopped before it is a program, and the shell waits for that.
                os.execvp("sh", ["sh", "run", "/usr/bin/python3", "wait.py"])
            while not (os.path.exists("pid") and open("pid").read().strip()): time.sleep(0.02)
            inner = int(open("pid").read())
            print(os.getpgid(inner) == child, os.getpgid(child) == child, os.getsid(inner) == os.getsid(0))
            def state(letter):
                while (open(f"/proc/{inner}/stat").read().split()[2] == "T") != (letter == "T"): time.sleep(0.02)
            for name, target in (("group", -child), ("program", inner), ("stand-in", child)):
                for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGSTOP):
                    if number == signal.SIGSTOP and target == child: continue
                    os.kill(target, number)
                    status = os.waitpid(child, os.WUNTRACED)[1]; state("T")
                    print(name, os.WIFSTOPPED(status) and signal.Signals(os.WSTOPSIG(status)).name)
                    os.kill(target, signal.SIGCONT)
                    assert os.WIFCONTINUED(os.waitpid(child, os.WCONTINUED)[1]); state("R")
            open("go", "w"); print(os.waitpid(child, 0)[1])
            END
            /usr/bin/python3 stop.py
            """,
            """
            True False True
            group SIGTSTP
            group SIGTTIN
            group SIGTSTP
            program SIGTSTP
            program SIGTTIN
            program SIGTSTP
            stand-in SIGTSTP
            stand-in SIGTTIN
            0

            """
        )
    }

    @Test func `at a terminal everything is as without it`() async throws {
        try await expect(
            """
            cat > terminal.py <<'END'
            import os, pty, select, sys, time
            def session(arguments, steps):
                child, terminal = pty.fork()
                if child == 0: os.execvp(arguments[0], arguments)
                seen, ended = b"", False
                for send, wait in steps:
                    # A program that reads its terminal tells nobody of it.
                    time.sleep(0.3); os.write(terminal, send)
                    while wait not in seen and not ended:
                        if not select.select([terminal], [], [], 60)[0]: raise SystemExit(f"{send} {wait} {seen}")
                        try: seen += os.read(terminal, 4096)
                        except OSError: ended = True
                    print(wait, wait in seen, flush=True); seen = seen[seen.find(wait) + len(wait):]
                print("end", os.waitpid(child, 0)[1], flush=True)
            run = [word.encode() for word in sys.argv[1:]]
            shell = b" ".join(run)
            end = (b"\\x03", b"^C")
            session(run + [b"cat"], [(b"hello\\n", b"hello\\r\\nhello"), end])
            session(run + [b"bash", b"--norc", b"-i"], [
                (b"echo a$((1+1))\\n", b"a2"), (b"cat\\n", b"cat"), (b"v\\n", b"v\\r\\nv"), (b"\\x1a", b"Stopped"), (b"fg\\n", b"cat"),
                (b"u\\n", b"u\\r\\nu"), end,
                (b"echo st$?\\n", b"st130"), (b"stty size; exit 5\\n", b"0 0")])
            session([b"bash", b"--norc", b"-i"], [
                (shell + b" sh -c 'trap \\"echo IN\\"\\"T; exit 9\\" INT; cat; cat'\\n", b"cat"), (b"x\\n", b"x\\r\\nx"), (b"\\x1a", b"Stopped"),
                (b"jobs\\n", b"Stopped"), (b"fg\\n", b"cat"), (b"y\\n", b"y\\r\\ny"), (b"\\x1a", b"Stopped"), (b"bg; until jobs -s | grep -q .; do sleep 0.1; done; jobs\\n", b"Stopped"),
                (b"fg\\n", b"cat"), (b"w\\n", b"w\\r\\nw"), (b"\\x03", b"INT"), (b"echo st$?\\n", b"st9"),
                (b"trap 'echo W''INCH' WINCH; " + shell + b" cat | head -1\\n", b"head"), (b"z\\n", b"z\\r\\nz"), (b"\\x04", b""),
                (b"exit 0\\n", b"exit")])
            END
            /usr/bin/python3 terminal.py env > without; /usr/bin/python3 terminal.py $RUN > with
            cmp with without; grep -c True with; grep end with
            """,
            "27\nend 2\nend 1280\nend 0\n"
        )
    }

    @Test func `who ends one of its processes ends or frees nobody else`() async throws {
        try await expect(
            """
            start() { rm -f pid; $RUN sh -c "echo \\$\\$ > pid; until [ -e go ]; do sleep 0.02; done; $1" & p=$!; until_file pid; }
            start 'exit 5'; kill -9 $p; wait $p || echo "stand-in $?"
            while kill -0 $(cat pid) 2>/dev/null; do sleep 0.02; done
            start 'bind-probe tcp4 bind 127.0.0.1 81; exit 6'; kill -9 $(ps -o ppid= -p $(cat pid)); : > go; wait $p || echo "reaper $?"; rm go
            start 'bind-probe tcp4 bind 127.0.0.1 81; exit 7'; reaper=$(ps -o ppid= -p $(cat pid))
            kill -9 $(ps -o ppid= -p $reaper); : > go; wait $p || echo "supervisor $?"
            """,
            // Without a reaper the supervisor, where it may look, goes on; without a supervisor nobody answers.
            "stand-in 137\nbind ok\nreaper 6\nbind 38\nsupervisor 7\n"
        )
    }

    @Test func `the program has no descriptor, signal or variable that it would not have`() async throws {
        try await expect(
            """
            cat > state.sh <<'END'
            ls /proc/self/fd | wc -l; grep -E '^Sig(Blk|Ign|Pnd)|^ShdPnd' /proc/self/status; env | grep -v '^_=' | sort; ulimit -a; umask; pwd
            END
            for start in "env" "nohup" "env --block-signal=USR1 --ignore-signal=CHLD"; do
                as alice $start $LIBEXEC/lowport-run --via broker --supervisor above sh state.sh < /dev/null > with 2> /dev/null
                as alice $start sh state.sh < /dev/null > without 2> /dev/null
                cmp with without && grep -c Sig with
            done
            # Nobody else keeps the ends of its pipes open.
            $RUN sh -c 'echo first; exec >&- 7>&-; until [ -e go ]; do sleep 0.02; done' 7>&1 | { cat; : > go; echo end; }
            """,
            "3\n3\n3\nfirst\nend\n"
        )
    }

    @Test func `a program that is told its own number is told the one that it has`() async throws {
        try await expect(
            """
            cat > notify.py <<'END'
            import os, socket, subprocess
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("notify"); os.chmod("notify", 0o777)
            def start(name):
                os.environ["LISTEN_PID"] = os.environ["WATCHDOG_PID"] = os.environ["SYSTEMD_EXEC_PID"] = str(os.getpid())
                os.environ["NOTIFY_SOCKET"] = name
                os.execvp("sh", ["sh", "run", "sh", "-c", "echo $((LISTEN_PID-$$)) $((WATCHDOG_PID-$$)) $((SYSTEMD_EXEC_PID-$$)) $$; cat"])
            out, into = os.pipe(); child = os.fork()
            if child == 0: os.dup2(into, 1); start(os.getcwd() + "/notify")
            words = os.read(out, 100).split()
            print(words[:3], s.recv(100) == b"MAINPID=" + words[3])
            END
            /usr/bin/python3 notify.py < /dev/null
            $LIBEXEC/lowport-run --listen 127.0.0.1:82 --via broker --supervisor above sh -c 'echo $((LISTEN_PID-$$)) $LISTEN_FDS'
            """,
            "[b'0', b'0', b'0'] True\n0 1\n"
        )
    }

    @Test func `as process 1 of a namespace it ends as the program does, and forwards what comes to it`() async throws {
        try await expect(
            """
            unshare --pid --fork --mount-proc $RUN sh -c '[ $$ != 1 ] && cat /proc/1/comm; exit 4' || echo $?
            unshare --pid --fork --mount-proc $RUN sh -c 'kill -TERM $$' || echo $?
            unshare --pid --fork --mount-proc $RUN sh -c 'trap "echo term; exit 8" TERM; kill -TERM 1; while :; do sleep 0.02; done' || echo $?
            """,
            "lowport-run\n4\n143\nterm\n8\n"
        )
    }

    /// As in a container whose filter keeps programs from taking descriptors of others.
    @Test func `where no supervisor may look into programs the library is taken, and static programs are told`()
        async throws
    {
        try await expect(
            """
            cat > deny.py <<'END'
            import ctypes, os, struct, sys
            # pidfd_getfd(2) fails with EPERM.
            code = [(0x20, 0, 0, 0), (0x15, 0, 1, 438), (6, 0, 0, 0x00050001), (6, 0, 0, 0x7FFF0000)]
            text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
            class Program(ctypes.Structure): _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]
            program = Program(len(code), ctypes.cast(text, ctypes.c_void_p))
            assert ctypes.CDLL(None).prctl(22, 2, ctypes.byref(program), 0, 0) == 0
            os.execvp(sys.argv[1], sys.argv[1:])
            END
            for way in auto broker; do
                /usr/bin/python3 deny.py setpriv --reuid alice --regid alice --init-groups $LIBEXEC/lowport-run --via $way \
                    bind-probe tcp4 bind 127.0.0.1 81 2>&1 || echo $?
            done
            /usr/bin/python3 deny.py setpriv --reuid alice --regid alice --init-groups $LIBEXEC/lowport-run busybox true 2>&1
            """,
            """
            bind ok
            lowport-run: the supervisor may not look into programs: operation not permitted, as in containers without CAP_SYS_PTRACE
            hint: start the container with --cap-add SYS_PTRACE, or let the kernel of the host decide: sudo lowport enforce enable
            125
            lowport-run: busybox: the broker cannot be used: the supervisor may not look into programs: operation not permitted, \
            as in containers without CAP_SYS_PTRACE; nor can the library reach the program, since it is statically linked
            hint: start the container with --cap-add SYS_PTRACE, or let the kernel of the host decide: sudo lowport enforce enable

            """
        )
    }
}
