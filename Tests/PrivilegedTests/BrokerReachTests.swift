// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What a user, and the program that is supervised, can do to the supervisor and to the helper that keeps running.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct BrokerReachTests: SandboxSuite {
    /// `reach NAME` says what the one who calls it can do to the process with that name, by each way that there is.
    static let prelude = """
        touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81; chmod 777 .
        RUN="$LIBEXEC/lowport-run --via broker"
        cat > reach.py <<'END'
        import ctypes, errno, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall.restype = libc.ptrace.restype = ctypes.c_long
        libc.ptrace.argtypes = [ctypes.c_long] * 4
        pid = int(sys.argv[1])
        def said(result): return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
        def tried(what):
            try: what(); return "done"
            except OSError as e: return errno.errorcode[e.errno]
        def trace(request):
            result = said(libc.ptrace(request, pid, 0, 0))
            if result == "done":
                if request == 0x4206: libc.ptrace(0x4207, pid, 0, 0)  # PTRACE_SEIZE, PTRACE_INTERRUPT
                os.waitpid(pid, 0x40000000); libc.ptrace(17, pid, 0, 0)  # PTRACE_DETACH
            return result
        class Span(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
        byte = ctypes.create_string_buffer(1)
        def copied(call):
            # Of an address where nothing is: whoever may look is told EFAULT.
            here, there = Span(ctypes.addressof(byte), 1), Span(8, 1)
            return said(libc.syscall(*map(ctypes.c_long, (call, pid, ctypes.addressof(here), 1, ctypes.addressof(there), 1, 0))))
        handle = os.pidfd_open(pid)
        taken = [libc.syscall(438, handle, number, 0) for number in range(64)]
        print("trace", trace(0x4206), trace(16), "memory", copied(310), copied(311), tried(lambda: os.open(f"/proc/{pid}/mem", 2)),
              "descriptors", "done" if max(taken) >= 0 else said(libc.syscall(438, handle, 0, 0)))
        END
        reach() { echo "$1 $(/usr/bin/python3 reach.py $(pgrep -x "$1"))"; }

        """

    @Test("The helper is out of reach for its user and its program") func theHelperIsOutOfReachForItsUserAndItsProgram()
        async throws
    {
        try await expect(
            """
            cat > all.sh <<'END'
            for name in lowport-run lowport-helper lowport-names; do
                echo "$name $(/usr/bin/python3 reach.py $(pgrep -x $name))"
            done
            END
            # What it is worth to whoever can do it, the next test says.
            as alice $RUN sh -c 'bind-probe tcp4 bind 127.0.0.1 81; sh all.sh; : > ready; until [ -e go ]; do sleep 0.05; done
                bind-probe tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82' &
            until [ -e ready ]; do sleep 0.05; done
            for who in alice bob; do as $who sh all.sh; done; : > go; wait
            """,
            """
            bind ok
            lowport-run trace done done memory EFAULT EFAULT done descriptors done
            lowport-helper trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            lowport-names trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            lowport-run trace done done memory EFAULT EFAULT done descriptors done
            lowport-helper trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            lowport-names trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            lowport-run trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            lowport-helper trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            lowport-names trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            bind ok
            bind 1

            """
        )
    }

    @Test("A supervisor with more rights is out of reach for its program")
    func aSupervisorWithMoreRightsIsOutOfReachForItsProgram() async throws {
        try await expect(
            """
            become="setpriv --reuid 1001 --regid 1001 --clear-groups"
            # Of root, with a program of alice in it; and of alice with a capability that the program has given up.
            $RUN $become sh -c 'echo $(/usr/bin/python3 reach.py $(pgrep -x lowport-run))'
            $become --inh-caps +net_bind_service --ambient-caps +net_bind_service $RUN \\
                setpriv --inh-caps -all --ambient-caps -all sh -c 'echo $(/usr/bin/python3 reach.py $(pgrep -x lowport-run))'
            """,
            """
            trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM
            trace EPERM EPERM memory EPERM EPERM EACCES descriptors EPERM

            """
        )
    }

    /// Whoever has the supervisor's end of the channel asks the helper what everybody may ask one of their own.
    @Test("A stolen channel gives no port that no rule gives") func aStolenChannelGivesNoPortThatNoRuleGives()
        async throws
    {
        try await expect(
            """
            cat > steal.py <<'END'
            import ctypes, os, signal, socket, stat, struct, sys, time
            libc = ctypes.CDLL(None, use_errno=True); libc.syscall.restype = ctypes.c_long
            supervisor = int(sys.argv[1])
            os.kill(supervisor, signal.SIGSTOP)
            handle = os.pidfd_open(supervisor)
            taken = [n for n in (libc.syscall(438, handle, n, 0) for n in range(64)) if n >= 0]
            channel = next(socket.socket(fileno=n) for n in taken if stat.S_ISSOCK(os.fstat(n).st_mode))
            def ask(port):
                s = socket.socket()
                body = struct.pack("!BBHII", 1, 4, port, 0, os.getpid()) + socket.inet_aton("127.0.0.1") + bytes(12)
                socket.send_fds(channel, [body], [s.fileno()])
                return s
            # The helper listens; it reads what we ask for when it has a refusal to pass on, which comes first.
            first = ask(82); open("go", "w"); passed = channel.recv(256)
            print(len(passed) > 8, struct.unpack("!Bi", channel.recv(64)), first.getsockname()[1])
            second = ask(81); print(struct.unpack("!Bi", channel.recv(64)), second.getsockname()[1])
            END
            as alice $RUN sh -c 'bind-probe tcp4 bind 127.0.0.1 81; : > ready; until [ -e go ]; do sleep 0.05; done
                exec bind-probe tcp4 bind 127.0.0.1 82' & program=$!
            until [ -e ready ]; do sleep 0.05; done
            as alice /usr/bin/python3 steal.py $(pgrep -x lowport-run); kill -9 $program
            """,
            "bind ok\nTrue (1, 1) 0\n(0, 0) 81\n"
        )
    }

    /// The process that looks for names has no capability that would keep its user away.
    @Test("Nobody looks into what is forked whatever the machine says")
    func nobodyLooksIntoWhatIsForkedWhateverTheMachineSays() async throws {
        // fs.suid_dumpable is the machine's: what is seen here is that it is not waited for.
        try await expect(
            """
            strace -f -o trace -e trace=prctl,clone,clone3,fork,vfork $LIBEXEC/lowport-helper --serve < /dev/null > said 2>&1 || :
            awk '/PR_SET_DUMPABLE, SUID_DUMP_DISABLE/ { print "hidden" } /(clone3?|v?fork)\\(/ { print "forked" }' trace | uniq
            """,
            "hidden\nforked\n"
        )
    }

    /// The supervisor or the helper is stopped in the middle of its questions about a caller, which is killed meanwhile, and whose
    /// number a process of the same user takes, with a socket where the other had one.
    @Test(
        "Nothing is bound for who has the number by then",
        arguments: [
            ("lowport-run", "process_vm_readv", ""), ("lowport-run", "pidfd_getfd", ""),
            ("lowport-helper", "process_vm_readv", "bind-probe tcp4 bind 127.0.0.1 81 > said;"),
            ("lowport-helper", "pidfd_getfd", "bind-probe tcp4 bind 127.0.0.1 81 > said;"),
        ]
    )
    func nothingIsBoundForWhoHasTheNumberByThen(asked: String, call: String, before: String) async throws {
        try await expect(
            """
            cat > caller.py <<'END'
            import os, socket, time
            os.dup2(socket.socket().detach(), 9)
            with open("number", "w") as file: file.write(str(os.getpid()))
            while not os.path.exists("go"): time.sleep(0.02)
            socket.socket(fileno=9).bind(("127.0.0.1", 81))
            END
            cat > heir.py <<'END'
            import os, socket, sys, time
            number, child = int(sys.argv[1]), 0
            os.dup2(socket.socket().detach(), 9)
            while child != number:
                with open("/proc/sys/kernel/ns_last_pid", "w") as file: file.write(str(number - 1))
                child = os.fork()
                if child == 0:
                    if os.getpid() != number: os._exit(1)
                    os.set_inheritable(9, True); os.setgroups([1001]); os.setresgid(1001, 1001, 1001); os.setresuid(1001, 1001, 1001)
                    os.execv("/usr/bin/python3", ["python3", "-c", '''if True:
                        import os, socket, time
                        open("heir", "w")
                        while not os.path.exists("end"): time.sleep(0.02)
                        print("heir", socket.socket(fileno=9).getsockname()[1])'''])
                if child != number: os.waitpid(child, 0)
            os.waitpid(child, 0)
            END
            as alice $RUN sh -c '\(before) exec /usr/bin/python3 caller.py' &
            until [ -s number ]; do sleep 0.02; done
            caller=$(cat number); asked=$(pgrep -x \(asked))
            strace -o trace -p $asked -e inject=\(call):signal=SIGSTOP:when=1 2> attached & tracer=$!
            until grep -qs attached attached; do sleep 0.02; done
            : > go; until grep -q 'stopped by SIGSTOP' trace; do sleep 0.02; done
            kill -9 $caller; while [ -d /proc/$caller ]; do sleep 0.02; done
            /usr/bin/python3 heir.py $caller & heir=$!
            until [ -e heir ]; do sleep 0.02; done
            kill -CONT $asked; wait $tracer || :
            : > end; wait $heir
            # It asked whether the caller still waits before it did anything, or knew by then that it had ended.
            grep -c 'NOTIF_ID_VALID.*ENOENT\\|ESRCH' trace
            grep -c '^bind(\\|^sendmsg(' trace || :
            """,
            "heir 0\n1\n0\n"
        )
    }
}
