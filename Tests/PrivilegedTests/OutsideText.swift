// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Screens that are shown names which somebody chose to deceive: what must hold for each of them, in Python.
///
/// `screen(LABEL, ACT)` runs ACT with a harmless name and with every one of NAMES, and looks at what was written:
/// - there is no byte but visible UTF-8 and the ends of lines;
/// - there are not more lines than with the harmless name;
/// - the name is there, escaped, if the harmless one is.
/// Escaping and hidden characters are programmed here a second time, from what the manuals say and Python's Unicode.
enum OutsideText {
    /// Runs `screens` in a sandbox; the last line of the output has the numbers of screens, runs, commands and problems.
    static func run(_ screens: String) async throws -> Outcome {
        try await Sandbox.run("exec /usr/bin/python3 -", input: ByteString(harness + screens + "\nfinish()\n"))
    }

    private static let harness = #"""
        import ctypes, fcntl, json, os, pty, re, shutil, signal, socket, struct, subprocess, sys, termios, threading
        import time, unicodedata

        NAMES = [
            b"a\nb", b"\x1b[31mred\x1b]0;t\x07", "\u009b31m\u0085".encode(), b"\x9b\xff\xc3(",
            "\u202egnp.x\u2066\u200e\u061c".encode(), "\u2028\u2029\u200b\ufeff\U000e0041\u00ad".encode(),
            b"t\tr\rd\x7f\x01", b"back\\slash\\n", b"q'u\"ote", b"$(touch pwn)`touch pwn`", b"a;touch pwn|c&d>pwn #",
            b"-rf x", "\u00e9\u0301\u00fc\u65e5".encode(), b"!x*?~[a]{b,c}", b"x) allowed uid 0 (pid 1",
            b"a\n  sudo rm -rf x\n      lets this user", b"~root", b"A=b", b"a b  c",
        ]
        # The same dangers in fewer names, for those who have many screens.
        FEW = [
            b"a\n\x1b[31mred\x1b]0;t\x07\r\x7f", "\u009b31m\u202e\u2066\u2028\u200b\U000e0041".encode(), b"\x9b\xff\xc3(",
            b"q'u\"o\\te$(touch pwn)`touch pwn`;touch pwn #", b"-rf x", b"a\n  sudo rm -rf x\n      lets this user",
        ]
        BIN, LIBEXEC, T = b"/mnt/bin/", b"/mnt/libexec/lowport/", b"/mnt/work/"
        L = BIN + b"lowport"
        ENV = {b"PATH": b"/mnt/bin:/usr/bin:/bin:/usr/sbin:/sbin", b"NO_COLOR": b"1", b"TERM": b"xterm"}
        os.mkdir("empty")
        problems, counts = [], {"screens": 0, "runs": 0, "commands": 0}

        def units(data):
            place, result = 0, []
            while place < len(data):
                for length in (1, 2, 3, 4):
                    try:
                        character = data[place:place + length].decode()
                    except UnicodeDecodeError:
                        continue
                    result.append(character); place += length
                    break
                else:
                    result.append(data[place]); place += 1
            return result

        def hidden(c):
            return unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") or c in "\u034f\u115f\u1160\u3164\uffa0\ufe0f"

        def esc(data):
            text = ""
            for unit in units(data):
                if isinstance(unit, int): text += "\\x%02x" % unit
                elif unit in "\n\t\r\\": text += {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\"}[unit]
                elif ord(unit) < 0x80 and hidden(unit): text += "\\x%02x" % ord(unit)
                elif hidden(unit): text += "\\u{%x}" % ord(unit)
                else: text += unit
            return text.encode()

        def is_text(data): return all(isinstance(unit, str) for unit in units(data))
        def is_visible(data): return all(isinstance(unit, str) and not hidden(unit) for unit in units(data))
        def in_json(data):
            "the name as json.md has it"
            return "".join(unit if isinstance(unit, str) else "\ufffd%02x" % unit for unit in units(data))

        def complain(label, name, what): problems.append("%s, %r: %s" % (label, name, what))
        def wrong_units(data, own): return [unit for unit in units(data) if isinstance(unit, int) or unit not in own and hidden(unit)]
        # What finds nothing proves nothing.
        for name in NAMES:
            if is_visible(name) == bool(wrong_units(name, "")): complain("harness", name, "is not told apart")

        def pipe(argv, stdin=b"", env={}, argv0=None, cwd=T, user=None):
            counts["runs"] += 1
            done = subprocess.run([argv0 or argv[0]] + argv[1:], executable=argv[0], input=stdin, env={**ENV, **env}, cwd=cwd,
                                  capture_output=True, timeout=60, user=user, group=user, extra_groups=[] if user else None)
            return done.returncode, done.stdout, done.stderr

        def tty(argv, env={}, cwd=T, columns=4000):
            "both streams are one terminal, so wide that nothing is wrapped"
            counts["runs"] += 1
            master, slave = pty.openpty()
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
            child = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env={**ENV, **env}, cwd=cwd, start_new_session=True)
            os.close(slave)
            data = b""
            while True:
                try: part = os.read(master, 65536)
                except OSError: break
                if not part: break
                data += part
            os.close(master)
            return child.wait(), data.replace(b"\r\n", b"\n"), b""

        def screen(label, act, shows=True, skip=lambda name: False, own="\n"):
            counts["screens"] += 1
            base = {name: act(name) for name in (b"benign", b"-benign") if not skip(name)}
            for name in base:
                if shows and name not in base[name][1] + base[name][2]: complain(label, name, "is not shown: %r" % (base[name],))
            for name in NAMES:
                if skip(name): continue
                status, out, err = act(name)
                plain = base[b"-benign" if name.startswith(b"-") else b"benign"]
                if status < 0 or 128 < status < 160: complain(label, name, "ended with %d" % status)
                for data in (out, err):
                    if wrong_units(data, own): complain(label, name, "wrote %r" % data)
                if out.count(b"\n") > plain[1].count(b"\n") or err.count(b"\n") > plain[2].count(b"\n"):
                    complain(label, name, "more lines: %r instead of %r" % ((out, err), plain))
                if shows and esc(name) not in out + err: complain(label, name, "is not shown: %r" % ((out, err),))

        def strings(value):
            if isinstance(value, dict): return [s for v in value.values() for s in strings(v)]
            if isinstance(value, list): return [s for v in value for s in strings(v)]
            return [value] if isinstance(value, str) else []

        def json_screen(label, act, shows=True, skip=lambda name: False, own="\n"):
            counts["screens"] += 1
            if shows and not any("benign" in s for s in strings(json.loads(act(b"benign")[1]))): complain(label, b"benign", "is not shown")
            for name in NAMES:
                if skip(name): continue
                status, out, err = act(name)
                if status < 0 or 128 < status < 160: complain(label, name, "ended with %d" % status)
                if wrong_units(out, own): complain(label, name, "wrote %r" % out)
                try: value = json.loads(out)
                except ValueError: complain(label, name, "no JSON: %r" % out); continue
                if shows and not any(in_json(name) in s for s in strings(value)): complain(label, name, "is not shown: %r" % out)

        def words(command):
            "the words that a shell makes of a command, which it does not run"
            counts["commands"] += 1
            if subprocess.run(["/bin/sh", "-n", "-c", command]).returncode: return None
            script = b"set -- " + command + b"\nprintf '%s\\0' \"$@\""
            done = subprocess.run(["/bin/sh", "-c", script], env={"PATH": "/nonexistent"}, cwd="empty", capture_output=True)
            if done.returncode or done.stderr: return None
            return done.stdout.split(b"\0")[:-1]

        def same_words(label, name, command, plain, harmless):
            "whether a command is the one for a harmless name, with this one in its place"
            expected = [word.replace(harmless, name) for word in words(plain)]
            if words(command) != expected: complain(label, name, "%r has not the words %r" % (command, expected))

        def clean(directory):
            shutil.rmtree(directory, ignore_errors=True); os.makedirs(directory)

        def program(directory, name, mode=0o755, source=b"/bin/true"):
            "a program with this name"
            path = directory + b"/" + name
            if not os.path.exists(path):
                os.makedirs(directory, exist_ok=True); shutil.copy(source, path); os.chmod(path, mode)
            return path

        def rules(text, name=b"rules", mode=0o644):
            path = b"/etc/lowport/" + name
            with open(path, "wb") as file: file.write(text)
            os.chmod(path, mode)
            return path

        def finish():
            if os.listdir("empty") or os.path.exists("pwn"): problems.append("something was run")
            for problem in problems[:40]: print(problem)
            # Some names are not for some screens; but most are for most.
            names = "all names," if counts["runs"] > counts["screens"] * len(NAMES) * 2 // 3 else "too few runs,"
            print(counts["screens"], "screens,", names, counts["commands"], "commands,", len(problems), "problems")

        """#
}

/// Tests of what screens show of text that others wrote.
protocol OutsideTextSuite {}

extension OutsideTextSuite {
    /// Runs `screens`, and expects that nothing was said but `last`.
    func expect(
        _ screens: String,
        _ last: ByteString,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await OutsideText.run(screens)
        #expect(outcome.output == last, "\(outcome)", sourceLocation: location)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)", sourceLocation: location)
    }
}
