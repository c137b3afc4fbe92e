// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Nothing that others wrote reaches a terminal or a shell raw: processes, installations, logs, and the drop-ins.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct OutsideTextMachineTests: OutsideTextSuite {
    @Test("Names of processes and installations do nothing") func processesAndInstallations() async throws {
        try await expect(
            #"""
            def named(name, *more):
                "a process with this name has the port"
                ready, writer = os.pipe()
                child = os.fork()
                if child == 0:
                    ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
                    s = socket.socket(); s.bind(("127.0.0.1", 80)); s.listen(); os.write(writer, b"x"); signal.pause()
                os.read(ready, 1); os.close(ready); os.close(writer)
                try: return pipe([L, b"explain", b"80", b"--user", b"alice", *more])
                finally: os.kill(child, 9); os.waitpid(child, 0)
            short = lambda name: len(name) > 15
            screen("the port is taken", named, skip=short)
            json_screen("the port is taken --json", lambda name: named(name, b"--json"), skip=short)
            def running(name, *more):
                child = subprocess.Popen([program(T + b"run", name, source=b"/bin/sleep"), "1000"], user=1001, group=1001, extra_groups=[])
                while os.readlink("/proc/%d/exe" % child.pid).endswith("python3"): time.sleep(0.001)
                try: return pipe([L, b"explain", b"80", b"--pid", b"%d" % child.pid, *more])
                finally: child.kill(); child.wait()
            os.environ.clear()
            screen("a process", running, shows=False)
            for name in NAMES:
                answer, plain = (json.loads(running(n, b"--json")[1]) for n in (name, b"benign"))
                commands, usual = ([r["command"].encode() for r in a["remedies"] if "lowport run" in r["command"]] for a in (answer, plain))
                if len(usual) != 1 or len(commands) != is_visible(name): complain("a process", name, "%r" % answer)
                for command in commands: same_words("a process", name, command, usual[0], b"benign")
            def installed(name, *more):
                "an installation in a directory of this name, whose helper has no privilege, and which anybody may change"
                place = T + b"inst/" + name
                if not os.path.exists(place):
                    os.makedirs(place + b"/bin"); os.makedirs(place + b"/libexec/lowport")
                    os.link(L, place + b"/bin/lowport")
                    for part in os.listdir(LIBEXEC): shutil.copyfile(LIBEXEC + part, place + b"/libexec/lowport/" + part); os.chmod(place + b"/libexec/lowport/" + part, 0o755)
                    os.chmod(place + b"/libexec/lowport/lowport-run", 0o6755)
                return pipe([place + b"/bin/lowport", b"doctor", *more])
            screen("doctor", installed)
            json_screen("doctor --json", lambda name: installed(name, b"--json"))
            for name in NAMES:
                answer, plain = (json.loads(installed(n, b"--json")[1]) for n in (name, b"benign"))
                remedies, usual = ([f["remedy"].encode() for f in a["findings"] if "/libexec/" in f["text"] and f.get("remedy", "").startswith("sudo ")] for a in (answer, plain))
                remedies, usual = ([r for r in all if b"/libexec/" in r] for all in (remedies, usual))
                if len(usual) < 2 or len(remedies) != (len(usual) if is_visible(name) else 0): complain("doctor", name, "%r instead of %r" % (remedies, usual))
                for remedy, harmless in zip(remedies, usual): same_words("doctor", name, remedy, harmless, b"benign")
            # Programs along PATH, and the directories of it.
            def along(name, *more):
                clean(T + b"path"); directory = T + b"path/" + name.replace(b":", b""); path = program(directory, b"p" + name)
                subprocess.run([BIN + b"setcap", b"cap_net_bind_service=ep", path], check=True)
                return pipe([L, b"list", *more], env={b"PATH": directory})
            screen("list", along)
            json_screen("list --json", lambda name: along(name, b"--json"))
            """#,
            "7 screens, all names, 66 commands, 0 problems\n"
        )
    }

    @Test("Colour comes from nobody else") func colourComesFromNobodyElse() async throws {
        try await expect(
            #"""
            def colored(argv):
                status, out, err = tty(argv, env={b"NO_COLOR": b""})
                lines = [re.sub(rb"^\x1b\[(?:3[123]|1)m(.*?)\x1b\[m", rb"\1", line) for line in out.split(b"\n")]
                if lines == out.split(b"\n"): complain("colour", argv[-1], "there is none: %r" % out)
                return status, b"\n".join(lines), err
            def explained(name): return colored([L, b"explain", b"80", b"--user", b"alice", b"--program=" + program(T + b"p", name)])
            screen("explain", explained, skip=lambda name: not is_text(name))
            def checked(name): return colored([L, b"check", rules(b"nonsense\n", b"../" + name)])
            screen("check", checked, skip=lambda name: not is_text(name))
            """#,
            "2 screens, all names, 0 commands, 0 problems\n"
        )
    }

    @Test("Names in the logs of the helper do nothing") func logsOfTheHelper() async throws {
        try await expect(
            #"""
            os.makedirs("/mnt/dev"); log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); log.bind("/mnt/work/log"); os.chmod("/mnt/work/log", 0o666)
            os.close(os.open("/mnt/dev/null", os.O_CREAT)); subprocess.run(["mount", "--bind", "/dev/null", "/mnt/dev/null"], check=True)
            os.symlink("/mnt/work/log", "/mnt/dev/log"); subprocess.run(["mount", "--rbind", "/mnt/dev", "/dev"], check=True)
            log.settimeout(20)
            def refused(name):
                path = program(T + b"p", name[:15], source=BIN + b"bind-probe")
                pipe([BIN + b"authbind", path, b"tcp4", b"bind", b"127.0.0.1", b"82"], user=1001)
                return 0, re.sub(rb"pid \d+|\[\d+\]", b"N", log.recv(4096)) + b"\n", b""
            form = rb'<85>lowport-helperN: refused uid 1001 \(program "([^"]*)", N\) tcp 127\.0\.0\.1:82: operation not permitted \(byuid/1001\)\n'
            screen("log", refused, shows=False)
            for name in NAMES:
                match = re.fullmatch(form, refused(name)[1])
                found = match and re.sub(rb"\\x(..)", lambda m: bytes([int(m[1], 16)]), match[1])
                if found != name[:15]: complain("log", name, "has other fields: %r" % refused(name)[1])
            """#,
            "1 screens, all names, 0 commands, 0 problems\n"
        )
    }

    /// Who copies a line of a terminal has a whole command.
    @Test("Commands are not divided") func commandsAreNotDivided() async throws {
        try await expect(
            #"""
            place = T + b"a long way/to the/installation of somebody who has/many directories"
            os.makedirs(place + b"/bin"); os.makedirs(place + b"/libexec/lowport"); os.link(L, place + b"/bin/lowport")
            for part in os.listdir(LIBEXEC): shutil.copyfile(LIBEXEC + part, place + b"/libexec/lowport/" + part); os.chmod(place + b"/libexec/lowport/" + part, 0o755)
            out = tty([place + b"/bin/lowport", b"doctor"], columns=60)[1]
            rest, count = re.subn(rb" *-> sudo setcap \S+ '" + re.escape(place) + rb"/libexec/lowport/lowport-helper'\n", b"", out)
            if count != 1 or max(map(len, rest.split(b"\n"))) > 60: complain("doctor", place, out.decode())
            """#,
            "0 screens, all names, 0 commands, 0 problems\n"
        )
    }

    @Test("Who else can change the program is said") func saysWhoElseCanChangeTheProgram() async throws {
        let outcome = try await Sandbox.run(
            """
            ask() { lowport explain 80 --user alice --program "$1" | grep -A1 "^  1[.] sudo chmod a+x $1" | tail -1; }
            cp /bin/true server; chmod 644 server; ask $T/server
            chmod 666 server; ask $T/server
            chmod 644 server; chown bob server; ask $T/server
            mkdir open; chmod 777 open; cp /bin/true open/server; chmod 644 open/server; ask $T/open/server
            echo 'allow user alice tcp 80' > /etc/lowport/rules.d/a.rules; chmod 666 /etc/lowport/rules.d/a.rules
            lowport explain 80 --user alice | grep -A1 "^  1[.] sudo chmod go-w" | tail -1
            """
        )
        #expect(
            outcome.output == """
                         lets everybody start it
                         lets everybody start it; but /mnt/work/server has mode 0666, so that others than root can change it
                         lets everybody start it; but /mnt/work/server belongs to uid 1002, who can change it
                         lets everybody start it; but /mnt/work/open has mode 0777, so that others than root can change it
                         makes the rules count that are there; read them first, for others could write them

                """,
            "\(outcome)"
        )
    }

    @Test("Completion names nothing else") func completionNamesNothingElse() async throws {
        let outcome = try await Sandbox.run(
            #"""
            printf 'good:x:2001:2001::/:\n$(touch pwn):x:2002:2002::/:\n\033[31mred:x:2003:2003::/:\na b;c:x:2004:2004::/:\n' >> /etc/passwd
            printf 'good:x:2001:\n`touch pwn`:x:2002:\n' >> /etc/group
            printf 'good 81/tcp\n$(touch${IFS}pwn) 82/tcp\n\033[31mred 83/tcp\n' >> /etc/services
            for shell in bash zsh fish; do lowport --generate-completion-script $shell; done | grep getent > all
            grep -vc 'getent [a-z]* | grep -o ' all || true
            grep -o 'getent [a-z]* | grep -o [^*]*\*' all | sed "s/grep -o .*^/grep -o '^/;s/$/'/" | sort -u > commands
            while read -r command; do
                sh -c "$command" > words
                printf '%s %s %s\n' "${command%% |*}" "$(grep -c '^good$' words)" "$(LC_ALL=C grep -c '[^a-zA-Z0-9_.@+-]' words)"
            done < commands
            """#
        )
        #expect(outcome.output == "0\ngetent group 1 0\ngetent passwd 1 0\ngetent services 1 0\n", "\(outcome)")
    }
}
