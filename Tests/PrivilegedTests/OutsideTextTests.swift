// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Nothing that others wrote reaches a terminal or a shell raw: every screen of the command-line tool.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct OutsideTextTests: OutsideTextSuite {
    @Test("Names of explained programs do nothing") func programsThatAreExplained() async throws {
        try await expect(
            #"""
            # What comes in as an argument of the tool is text already: bytes that are not UTF-8 are tried through PATH.
            def ask(path, *more, env={}, cwd=T): return pipe([L, b"explain", b"80", b"--user", b"alice", b"--program=" + path, *more], env=env, cwd=cwd)
            not_text = lambda name: not is_text(name)
            known = {}
            def answered(act, name):
                if (act, name) not in known: known[act, name] = json.loads(act(name, b"--json")[1])
                return known[act, name]
            def absolute(name, *more): return ask(program(T + b"p", name), *more)
            def relative(name, *more): program(T + b"p", name); return ask(b"./" + name, *more, cwd=T + b"p")
            def in_path(name, *more): return ask(name, *more, env={b"PATH": ENV[b"PATH"] + b":" + os.path.dirname(program(T + b"p", name))})
            def not_executable(name, *more): return ask(program(T + b"x", name, 0o644), *more)
            def in_directory(name, *more): return ask(program(T + b"dir/" + name, b"server"), *more)
            def writable(name, *more): return ask(program(T + b"w", name, 0o777), *more)
            def missing(name, *more): return ask(T + b"none/" + name, *more)
            def script(name, *more):
                path = program(T + b"s", name + b".sh")
                with open(path, "wb") as file: file.write(b"#!" + program(T + b"p", b"interpreter") + b"\n")
                return ask(path, *more)
            def set_id(name, *more):
                path = program(T + b"g", name); os.chmod(path, 0o6755); os.chown(path, 1001, 1001); os.chmod(path, 0o6755)
                return ask(path, *more)
            for act in (absolute, relative, in_path, not_executable, in_directory, writable, script, set_id, missing):
                screen("explain " + act.__name__, act, skip=not_text)
                if act != missing: json_screen("explain --json " + act.__name__, lambda name: act(name, b"--json"), skip=not_text)
                if act in (missing, script): continue
                for name in filter(is_text, NAMES):
                    harmless = b"-benign" if name.startswith(b"-") else b"benign"
                    plain, answer = answered(act, harmless), answered(act, name)
                    commands = [r["command"].encode() for r in answer["remedies"]]
                    usual = [r["command"].encode() for r in plain["remedies"]]
                    if not any(harmless in command for command in usual): complain(act.__name__, name, "no command to compare: %r" % usual)
                    advice = answer.get("advice", [])
                    if len(commands) + len(advice) != len(usual) or "advice" in plain: complain(act.__name__, name, "other remedies: %r" % answer)
                    if not is_visible(name):
                        usual = [command for command in usual if harmless not in command]
                        if not advice: complain(act.__name__, name, "no advice")
                    if len(commands) != len(usual): complain(act.__name__, name, "commands: %r" % commands)
                    for command, harmless_command in zip(commands, usual): same_words(act.__name__, name, command, harmless_command, harmless)
                    text = act(name)[1]
                    for command in commands:
                        if not re.search(rb"\n(  |  \d[.] |     )" + re.escape(command) + rb"\n {6}", text): complain(act.__name__, name, "%r is not in %r" % (command, text))
            """#,
            "17 screens, all names, 428 commands, 0 problems\n"
        )
    }

    @Test("The arguments of every command do nothing") func argumentsOfEveryCommand() async throws {
        try await expect(
            #"""
            NAMES[:] = FEW
            dash = lambda name: not is_text(name) or name.startswith(b"-")
            E = [b"--everyone"]
            texts = {
                "command": lambda n: [n], "option": lambda n: [b"list", b"--" + n],
                "port": lambda n: [b"explain", n], "list --port": lambda n: [b"list", b"--port=" + n], "can-bind": lambda n: [b"can-bind", n],
                "user": lambda n: [b"explain", b"80", b"--user=" + n], "address": lambda n: [b"explain", b"80", b"--on=" + n],
                "pid": lambda n: [b"explain", b"80", b"--pid=" + n], "grant --user": lambda n: [b"grant", b"80", b"--user=" + n],
                "grant --group": lambda n: [b"grant", b"80", b"--group=" + n], "grant --uid": lambda n: [b"grant", b"80", b"--uid=" + n],
                "grant port": lambda n: [b"grant", n, *E], "grant --on": lambda n: [b"grant", b"80", *E, b"--on=" + n],
                "grant --until": lambda n: [b"grant", b"80", *E, b"--until=" + n], "grant --for": lambda n: [b"grant", b"80", *E, b"--for=" + n],
                "grant --protocol": lambda n: [b"grant", b"80", *E, b"--protocol=" + n], "grant --program": lambda n: [b"grant", b"--program=./" + n],
                "revoke --program": lambda n: [b"revoke", b"--program=./" + n], "revoke port": lambda n: [b"revoke", n, *E],
                "check": lambda n: [b"check", b"./none" + n], "apply": lambda n: [b"apply", b"./none" + n], "threshold": lambda n: [b"threshold", n],
                "edit": lambda n: [b"edit", n], "doctor": lambda n: [b"doctor", n], "log --user": lambda n: [b"log", b"--user=" + n],
                "enforce": lambda n: [b"enforce", n], "enforce --cgroup": lambda n: [b"enforce", b"enable", b"--cgroup=./" + n],
                "help": lambda n: [b"help", b"--" + n], "run --via": lambda n: [b"run", b"--via", n, b"true"],
                "run --user": lambda n: [b"run", b"--via", b"ambient", b"--user", n, b"true"], "run --listen": lambda n: [b"run", b"--listen", n, b"true"],
                "run": lambda n: [b"run", b"--verbose", b"--", b"./none" + n], "run option": lambda n: [b"run", b"--" + n],
                "forward": lambda n: [b"forward", n, b"localhost:80"], "forward target": lambda n: [b"forward", b"80", b"x:" + n],
                "completion": lambda n: [b"--generate-completion-script", n],
            }
            # These say nothing of the word, or are those of other programs, which take bytes.
            silent = {"run option", "list --port", "port", "can-bind", "grant port", "revoke port", "help", "enforce --cgroup", "log --user", "forward"}
            for label, words_of in texts.items():
                screen(label, lambda n: pipe([L] + words_of(n)), shows=label not in silent, skip=dash)
                json_screen(label + " --json", lambda n: pipe([L] + words_of(n) + [b"--json"]), shows=False, skip=lambda n: dash(n) or words_of(n)[0] in (b"run", b"forward"))
                if label in ("command", "option", "user", "run", "check"):
                    screen(label + " on a terminal", lambda n: tty([L] + words_of(n)), shows=True, skip=dash)
            for label in ("user", "grant --user"):
                for name in filter(is_text, NAMES):
                    if in_json(name) not in json.loads(pipe([L] + texts[label](name) + [b"--json"])[1])["error"]: complain(label, name, "is not in the error")
            """#,
            "77 screens, all names, 0 commands, 0 problems\n"
        )
    }

    @Test("Names and lines of the policy do nothing") func filesOfThePolicy() async throws {
        try await expect(
            #"""
            NAMES[:] = FEW + [b"x\x1b[31m\x07y", b"q'u\"o\\te$(id)`id`;x|y"]
            one_line = lambda name: b"\n" in name
            # A name with a control character is a fault of its own.
            one_word = lambda name: any(byte in name for byte in b" #\x7f") or any(byte < 0x20 for byte in name)
            asks = {"check": [b"check", b"--strict"], "list": [b"list"], "doctor": [b"doctor"],
                    "explain": [b"explain", b"80", b"--user", b"alice"], "grant": [b"grant", b"81", b"--user", b"alice", b"--dry-run"]}
            def policy(write):
                def act(name, *words):
                    for directory in ("/etc/lowport/rules.d", "/etc/authbind/byport", "/etc/authbind/byuid"): clean(directory)
                    rules(b""); write(name)
                    return pipe([L, *words])
                return act
            def named(name): rules(b"allow user alice tcp 80\n", b"rules.d/" + name + b".rules")
            def faulty(name): rules(b"nonsense\n", b"rules.d/" + name + b".rules")
            def writable(name): rules(b"allow user alice tcp 80\n", b"rules.d/" + name + b".rules", 0o666)
            def owned(name): os.chown(rules(b"allow user alice tcp 80\n", b"rules.d/" + name + b".rules"), 1001, 1001)
            def lines(name):
                word = b"w" + name
                rules(b"allow user %s tcp 80\nconfine group %s\nallow user alice tcp 80 # %s\n" % (word, word, name))
                rules(b"allow user alice tcp 80 %s\nallow %s\n" % (word, word), b"rules.d/x.rules")
            def tree(name):
                with open("/etc/authbind/byuid/1001", "wb") as file: file.write(b"0.0.0.0/0 ," + name.replace(b"\n", b"") + b"\n")
                open(b"/etc/authbind/byport/x" + name, "w").close()
            # What each of them shows of the name: the whole of a file's, the word of a line.
            for write in (named, faulty, writable, owned, lines, tree):
                skip = one_word if write == lines else lambda name: False
                for label, question in asks.items():
                    shows = (write, label) in {(named, "list"), (named, "explain"), (faulty, "check"), (faulty, "list"), (faulty, "explain"), (faulty, "doctor"),
                        (writable, "check"), (writable, "list"), (writable, "explain"), (writable, "doctor"), (owned, "check"), (owned, "list"), (owned, "explain"),
                        (lines, "check"), (lines, "list"), (tree, "check")}
                    act = policy(write)
                    screen("%s: %s" % (write.__name__, label), lambda name: act(name, *question), shows=shows, skip=skip)
                    json_screen("%s: %s --json" % (write.__name__, label), lambda name: act(name, *question, b"--json"), shows=shows and (label != "list" or write in (named, lines)) and write != tree,
                                skip=skip)
            for name in NAMES:
                for harmful, repair in ((writable, b"sudo chmod go-w "), (owned, b"sudo chown root ")):
                    answer = json.loads(policy(harmful)(name, b"explain", b"80", b"--user", b"alice", b"--json")[1])
                    commands = [r["command"].encode() for r in answer["remedies"] if r["command"].encode().startswith(repair)]
                    if len(commands) != is_visible(name): complain("repair", name, "%r" % commands)
                    for command in commands: same_words("repair", name, command, repair + b"/etc/lowport/rules.d/benign.rules", b"benign")
            # The editor, and what it leaves behind.
            clean("/etc/lowport/rules.d"); rules(b"")
            screen("EDITOR", lambda name: pipe([L, b"edit"], env={b"EDITOR": b"./none" + name.replace(b" ", b"_")}), shows=False)
            with open("editor", "w") as file: file.write("#!/bin/sh\nprintf 'allow user alice tcp 80 %s\\n' \"$WORD\" > \"$1\"\n")
            os.chmod("editor", 0o755)
            screen("edit", lambda name: pipe([L, b"edit"], stdin=b"x\n", env={b"EDITOR": T + b"editor", b"WORD": b"w" + name.replace(b" ", b"_")}),
                   shows=False, skip=one_line)
            screen("apply", lambda name: pipe([L, b"apply", b"-", b"--dry-run"], stdin=b"allow everyone tcp 80 # " + name + b"\n"), skip=one_line)
            screen("apply a fault", lambda name: pipe([L, b"apply", b"-"], stdin=b"w" + name.replace(b" ", b"_") + b"\n"), shows=False, skip=one_line)
            screen("check a file", lambda name: pipe([L, b"check", b"-"], stdin=b"w" + name.replace(b" ", b"_") + b"\n"), shows=False, skip=one_line)
            """#,
            "65 screens, all names, 12 commands, 0 problems\n"
        )
    }
}
