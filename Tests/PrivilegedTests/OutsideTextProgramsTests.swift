// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Nothing that others wrote reaches a terminal raw: the drop-ins, whose bytes in pipes are those of the originals.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct OutsideTextProgramsTests: OutsideTextSuite {
    @Test("What getcap and setcap show does nothing") func getcapAndSetcap() async throws {
        try await expect(
            #"""
            G, S = BIN + b"getcap", BIN + b"setcap"
            def capable(name):
                path = program(T + b"c", name)
                subprocess.run([S, b"cap_net_raw=ep", path], check=True)
                return path
            asks = {
                "getcap": lambda n: [G, capable(n)], "getcap -v": lambda n: [G, b"-v", program(T + b"p", n)], "getcap of nothing": lambda n: [G, T + b"none/" + n],
                "getcap --audit": lambda n: [G, b"--audit", capable(n)], "getcap -n": lambda n: [G, b"-n", capable(n)],
                "setcap": lambda n: [S, b"=p", T + b"none/" + n], "setcap -v": lambda n: [S, b"-v", b"=p", capable(n)], "setcap -r": lambda n: [S, b"-r", program(T + b"p", n)],
                "setcap --explain": lambda n: [S, b"--explain", T + b"none/" + n], "setcap --explain of a file": lambda n: [S, b"--explain", capable(n)],
                "setcap --dry-run": lambda n: [S, b"--dry-run", b"=p", capable(n)], "setcap -n": lambda n: [S, b"-n", n, b"=p", b"x"],
                "setcap --restore": lambda n: [S, b"--restore", T + b"none/" + n],
            }
            for label, words_of in asks.items():
                screen(label, lambda n: tty(words_of(n)), own="\n\t")
                # In a pipe, the name has its own bytes, and there is nothing else that is not text.
                for name in NAMES:
                    status, out, err = pipe(words_of(name))
                    if name not in out + err: complain(label, name, "is changed in a pipe: %r" % ((out, err),))
            screen("getcap --null", lambda n: tty([G, b"--null", capable(n)]), own="\n\0")
            def tree(name): clean(T + b"t"); shutil.copy(capable(name), T + b"t/" + name); subprocess.run([S, b"cap_kill=p", T + b"t/" + name], check=True); return T + b"t"
            screen("getcap -r", lambda n: tty([G, b"-r", tree(n)]))
            for command in ([G, b"--json"], [G, b"--json", b"--audit"]):
                for run in (pipe, tty):
                    json_screen(b" ".join(command).decode(), lambda n: run(command + [capable(n)]), skip=lambda n: not is_text(n))
            for name in NAMES:
                for letter in {bytes([byte]) for byte in name if bytes([byte]) not in b"rvnhl-"}:
                    out = tty([G, b"-" + letter])[1]
                    if wrong_units(out, "\n\t") or b"invalid option -- '" + esc(letter) + b"'" not in out: complain("getcap", name, "%r" % out)
                if pipe([G, capable(name)])[1] != capable(name) + b" cap_net_raw=ep\n": complain("getcap", name, "other bytes in a pipe")
                path = capable(name)
                found = json.loads(pipe([G, b"--json", path])[1])
                if bytes.fromhex(found.get("path_hex", found["path"].encode().hex())) != path: complain("getcap --json", name, "is lost: %r" % found)
            """#,
            "19 screens, all names, 0 commands, 0 problems\n"
        )
    }

    @Test("What authbind and the launchers show does nothing") func authbindAndTheLaunchers() async throws {
        try await expect(
            #"""
            A, R, F = BIN + b"authbind", LIBEXEC + b"lowport-run", LIBEXEC + b"lowport-forward"
            dash = lambda name: name.startswith(b"-")
            asks = {
                "authbind": lambda n: [A, T + b"none/" + n], "authbind --verbose": lambda n: [A, b"--verbose", T + b"none/" + n],
                "authbind behind the broker": lambda n: [A, b"--via", b"broker", T + b"none/" + n],
                "lowport-run": lambda n: [R, T + b"none/" + n], "lowport-run --verbose": lambda n: [R, b"--verbose", T + b"none/" + n],
                "lowport-run --via": lambda n: [R, b"--via", n, b"x"], "lowport-run option": lambda n: [R, b"--" + n, b"x"],
                "lowport-run --listen": lambda n: [R, b"--listen", n, b"x"], "lowport-run --user": lambda n: [R, b"--via", b"ambient", b"--user", n, b"x"],
                "lowport-forward": lambda n: [F, b"80", b"host:" + n], "lowport-forward place": lambda n: [F, b"x" + n, b"host:80"], "lowport-forward option": lambda n: [F, b"--" + n],
            }
            for label, words_of in asks.items():
                shows = not label.startswith("lowport-forward ") or label.endswith("option")
                # A word with = has a value behind it.
                skip = lambda name: dash(name) or "option" in label and b"=" in name
                screen(label + " on a terminal", lambda n: tty(words_of(n)), shows=shows, skip=skip)
                if label.startswith("lowport"): screen(label, lambda n: pipe(words_of(n)), shows=shows, skip=skip)
                for name in NAMES if label.startswith("authbind") else []:
                    if not name in pipe(words_of(name))[2]: complain(label, name, "is changed in a pipe")
            """#,
            "21 screens, all names, 0 commands, 0 problems\n"
        )
    }

    @Test("What nc shows does nothing") func netcat() async throws {
        try await expect(
            #"""
            N = BIN + b"nc"
            dash = lambda name: name.startswith(b"-")
            asks = {
                "host": lambda n: [N, b"-n", n, b"80"], "port": lambda n: [N, b"127.0.0.1", n], "option": lambda n: [N, b"--" + n], "letter": lambda n: [N, b"-5" + n],
                "-U": lambda n: [N, b"-U", b"none/" + n], "-X": lambda n: [N, b"-X", n, b"-x", b"x", b"h", b"1"], "-w": lambda n: [N, b"-w", n, b"h", b"1"],
                "-x": lambda n: [N, b"-n", b"-x", b"none" + n + b":1", b"h", b"1"], "-T": lambda n: [N, b"-T", n, b"h", b"1"], "-o": lambda n: [N, b"-o", T + b"none/" + n, b"-U", T + b"log"],
                "--allow": lambda n: [N, b"-n", b"-l", b"--allow", b"x" + n, b"8080"], "--allowfile": lambda n: [N, b"-l", b"--allowfile", T + b"none/" + n, b"8080"],
                "-e": lambda n: [N, b"-l", b"-e", T + b"none" + n.replace(b" ", b"_").replace(b"\\", b"/").replace(b"\t", b"_"), b"8080"],
                "vsock": lambda n: [N, b"--vsock", n, b"1"], "-s": lambda n: [N, b"-n", b"-l", b"-s", b"x" + n, b"8080"],
            }
            server = socket.socket(socket.AF_UNIX); server.bind("/mnt/work/log"); server.listen(1000)
            silent = {"port", "letter", "-X", "-w", "-T", "-s", "vsock", "-e"}
            for label, words_of in asks.items():
                if label == "-e": continue
                # A word with = has a value behind it, and of choices the first that is wrong is named.
                skip = lambda name: dash(name) or label in ("option", "--allow") and (b"=" in name or b"," in name)
                for run in (pipe, tty): screen(label, lambda n: run(words_of(n)), shows=label not in silent, skip=skip)
            # Called by a name: in front of every message, and in the commands of the hints.
            def called(name): return pipe([N, b"-l", b"80"], argv0=b"dir/" + name, user=1001)
            screen("the program's name", called)
            # In the commands of the hints, as a word of the command line.
            def hints(name): return re.findall(rb"^hint: (.*)", pipe([N, b"-l", b"-e", name, b"80"], user=1001)[2], re.M)
            usual = hints(b"benign")
            if len(usual) != 3 or not usual[1].endswith(b" -l -e benign 80"): complain("hints", b"benign", "%r" % usual)
            for name in NAMES:
                lines = hints(name)
                if len(lines) != 3: complain("hints", name, "%r" % lines)
                elif is_visible(name): same_words("hints", name, lines[1], usual[1], b"benign")
                elif not b"no command is shown" in lines[1]: complain("hints", name, "%r" % lines)
            # Names of hosts and services, which others administer.
            def looked_up(name):
                word = re.sub(rb"[\s#]", b"_", name.decode("latin1").encode("latin1"))
                with open("/etc/hosts", "wb") as file: file.write(b"127.0.0.2 " + word + b"\n127.0.0.1 localhost\n")
                with open("/etc/services", "wb") as file: file.write(word + b" 8080/tcp\n")
                listener = subprocess.Popen([N, b"-lv", b"-s", b"127.0.0.2", b"8080"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
                first = listener.stderr.readline()
                status, out, err = pipe([N, b"-Nv", b"-s", b"127.0.0.2", b"127.0.0.2", b"8080"])
                return status, out, first + err + listener.communicate()[1]
            screen("names of hosts and services", looked_up, shows=False)
            if looked_up(b"benign")[2].count(b"benign") < 2: complain("names", b"benign", "are not shown: %r" % (looked_up(b"benign"),))
            def unix(name):
                path = T + b"u" + name
                if os.path.exists(path): os.unlink(path)
                listener = subprocess.Popen([N, b"-lvU", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
                first = listener.stderr.readline() + listener.stderr.readline()
                client = socket.socket(socket.AF_UNIX); client.connect(path); client.close()
                return 0, b"", first + listener.communicate()[1]
            screen("a path", unix)
            # What a proxy says, which is a message; and what a peer says, which is data.
            def proxied(name):
                proxy = socket.socket(); proxy.bind(("127.0.0.1", 0)); proxy.listen()
                def answer():
                    client = proxy.accept()[0]; client.recv(4096); client.sendall(b"HTTP/1.0 403 w" + name + b"\r\n\r\n"); client.close()
                thread = threading.Thread(target=answer); thread.start()
                result = pipe([N, b"-v", b"-X", b"connect", b"-x", b"127.0.0.1:%d" % proxy.getsockname()[1], b"127.0.0.9", b"80"])
                thread.join(); return result
            screen("a proxy", proxied, shows=False)
            data = b"".join(NAMES)
            listener = subprocess.Popen([N, b"-lU", b"data"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            while not os.path.exists("data"): time.sleep(0.001)
            pipe([N, b"-NU", b"data"], stdin=data)
            if listener.communicate()[0] != data: complain("data", data, "is changed")
            # A chat: nobody speaks in the name of somebody else.
            hub = subprocess.Popen([N, b"-lk", b"--chat", b"8081"], stdin=subprocess.DEVNULL, env=ENV)
            def client():
                while True:
                    try: return socket.create_connection(("127.0.0.1", 8081))
                    except OSError: time.sleep(0.01)
            reader = client(); lines = reader.makefile("rb"); lines.readline(); lines.readline()
            def said(name):
                speaker = client(); lines.readline(); lines.readline(); speaker.sendall(b"w" + name + b"\nend\r\n")
                heard = b""
                while not heard.endswith(b"end\r\n"): heard += lines.readline()
                speaker.close(); lines.readline()
                if not all(re.match(rb"<user\d+> ", line) for line in heard.split(b"\n")[:-1]): complain("chat", name, "%r" % heard)
                return 0, heard.replace(b"\r\n", b"\n"), b""
            screen("chat", said, shows=False, skip=lambda name: b"\n" in name, own="\n\t")
            said(b"a\n<user1> b")
            hub.kill()
            """#,
            "33 screens, all names, 22 commands, 0 problems\n"
        )
    }
}
