# SPDX-License-Identifier: Apache-2.0
# The situations of units.sh: is what `lowport explain --unit` says of a unit what happens to a program with its settings?
#
# No systemd runs here. `start` does what systemd.exec(5) says of each setting, with setpriv(1), unshare(1), mounts and a
# filter of system calls, and knows nothing of Lowport. A refused unit gets each drop-in that is proposed, alone, then with
# the rule that is proposed: the answer then has to be yes, and the program has to bind.
import ctypes, json, os, pathlib, platform, shlex, shutil, struct, subprocess

UNIT = pathlib.Path("/etc/systemd/system/site.service")
DROP_IN = pathlib.Path("/etc/systemd/system/site.service.d/override.conf")
BIN, VERBOSE = os.environ["BIN"], os.environ["VERBOSE"]
SOCKET, BIND = (41, 49) if platform.machine() == "x86_64" else (198, 200)
SYSTEMCTL, BIND_FILTERS = pathlib.Path("/srv/systemctl"), True
VERSION = int(subprocess.run([SYSTEMCTL, "--version"], capture_output=True, text=True).stdout.split()[1])
ALL = ["cap_" + name for name in subprocess.run(["setpriv", "--list-caps"], capture_output=True, text=True).stdout.split()]
FILTERS = """LockPersonality MemoryDenyWriteExecute PrivateDevices ProtectClock ProtectHostname ProtectKernelLogs
    ProtectKernelModules ProtectKernelTunables RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID
    SystemCallArchitectures SystemCallFilter""".split()


def settings():
    found = {}
    for file in [UNIT] + ([DROP_IN] if DROP_IN.exists() else []):
        text = file.read_text().replace("\\\n", " ")
        for line in text.splitlines():
            name, sign, value = line.strip().partition("=")
            if not sign or name.startswith("#"): continue
            found.setdefault(name, []).append(value)
            if not value and name not in ("CapabilityBoundingSet", "AmbientCapabilities"): found[name] = []
    return found


def capabilities(values, start):
    result = set(start)
    for number, value in enumerate(values):
        names = {name.lower() for name in shlex.split(value.lstrip("~"))}
        if value.startswith("~"): result = (set(ALL) if number == 0 else result) - names
        elif not names or number == 0: result = names
        else: result |= names
    return result


def filter_of(found):
    """The instructions for socket(2) and bind(2): nothing else is filtered."""
    refused = []
    families = {"AF_INET": 2, "AF_INET6": 10}
    if values := found.get("RestrictAddressFamilies"):
        allows = not values[0].startswith("~")
        listed = set()
        for value in values:
            words = set(value.lstrip("~").split())
            listed = listed | words if value.startswith("~") != allows else listed - words
        refused += [(SOCKET, number, 97) for name, number in families.items() if (name in listed) != allows]
    if values := found.get("SystemCallFilter"):
        allows = not values[0].startswith("~")
        listed = set()
        for value in values:
            words = set(value.lstrip("~").split())
            if words & {"@network-io", "@system-service"}: words |= {"bind", "socket"}
            listed = listed | words if value.startswith("~") != allows else listed - words
        refused += [(call, None, 1) for name, call in (("socket", SOCKET), ("bind", BIND)) if (name in listed) != allows]
    code = []
    for call, family, error in refused:
        code += [(0x20, 0, 0, 0), (0x15, 0, 3 if family else 1, call)]
        if family: code += [(0x20, 0, 0, 16), (0x15, 0, 1, family)]
        code += [(0x06, 0, 0, 0x00050000 | error)]
    return code + [(0x06, 0, 0, 0x7FFF0000)] if code else []


def start():
    """Whether the program of the unit binds, with the settings of its files."""
    found = settings()
    yes = lambda name: found.get(name, [""])[-1:] in (["yes"], ["true"])
    command = found["ExecStart"][-1]
    words = shlex.split(command.lstrip("@-:+!"))
    needed = [path for name in ("EnvironmentFile", "WorkingDirectory", "ReadWritePaths", "BindPaths") for path in found.get(name, [])]
    if any(not path.startswith("-") and not os.path.exists(path) for path in needed): return False
    denied = [value for value in found.get("SocketBindDeny", []) if value != ""]
    if denied and BIND_FILTERS and "tcp:80" not in found.get("SocketBindAllow", []): return False
    if command.startswith("+"): return subprocess.run(words, capture_output=True).returncode == 0
    user = "root" if command.startswith("!") else found.get("User", ["root"])[-1]
    if user == "0": user = "root"
    bounding = capabilities(found.get("CapabilityBoundingSet", []), ALL)
    ambient = capabilities(found.get("AmbientCapabilities", []), []) & bounding
    limited = yes("NoNewPrivileges") or yes("DynamicUser")
    if VERSION < 255 and (user != "root" or "cap_sys_admin" not in bounding):
        limited = limited or any(found.get(name) and found[name][-1] != "no" for name in FILTERS)
    short = lambda names: ",".join("+" + name.removeprefix("cap_") for name in sorted(names))
    way = ["setpriv"]
    if yes("DynamicUser"): way += ["--reuid=61184", "--regid=61184", "--clear-groups"]
    elif user != "root": way += ["--reuid=" + user, "--regid=" + user, "--init-groups"]
    if bounding != set(ALL): way += ["--bounding-set=-all" + ("," + short(bounding) if bounding else "")]
    if ambient: way += ["--inh-caps=" + short(ambient), "--ambient-caps=" + short(ambient)]
    # Another setpriv: the first still has what it had as root, and would keep that under no_new_privs.
    if limited: way += ["setpriv", "--no-new-privs"]
    if yes("PrivateUsers"): way += ["unshare", "--user", "--map-current-user"]
    mounts = ""
    if yes("ProtectHome"): mounts += "mount -t tmpfs tmpfs /home; "
    for path in found.get("InaccessiblePaths", []):
        mounts += f"if [ -d {path} ]; then mount -t tmpfs -o mode=0 tmpfs {path}; else mount --bind /dev/null {path}; fi; "
    # What keeps libraries from being executed comes last: mount(8) needs them too.
    for name in ("NoExecPaths", "ExecPaths"):
        for path in found.get(name, []): mounts += f"mount --bind {path} {path}; "
    for path in found.get("NoExecPaths", []): mounts += f"mount -o remount,bind,noexec {path}; "
    way = ["unshare", "-m", "sh", "-ec", mounts + 'exec "$@"', "_"] + way if mounts else way
    if yes("PrivateNetwork"): way = ["unshare", "-n"] + way
    code = filter_of(found)

    def install():
        text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
        class Program(ctypes.Structure): _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]
        if ctypes.CDLL(None).prctl(22, 2, ctypes.byref(Program(len(code), ctypes.cast(text, ctypes.c_void_p))), 0, 0): os._exit(99)

    done = subprocess.run(way + words, capture_output=True, text=True, preexec_fn=install if code else None)
    if VERBOSE: print("   ", way, words, done.returncode, done.stderr)
    return done.returncode == 0


def explain(*options):
    return subprocess.run([BIN + "/lowport", "explain", "80", "--unit", "site", *options], capture_output=True, text=True)


def disagreement(said, binds):
    if said.returncode not in (0, 1): return f"status {said.returncode}: {said.stderr}"
    return "" if (said.returncode == 0) == binds else f"{'binds' if binds else 'does not bind'}: {said.stdout.splitlines()[0]}"


def carry_out(command):
    return subprocess.run(shlex.split(command.removeprefix("sudo ")), capture_output=True).returncode == 0


def trouble(text, expected, count):
    """What is wrong about the unit with this text, or nothing. Of the remedies, `count` are drop-ins."""
    shutil.rmtree(DROP_IN.parent, ignore_errors=True)
    UNIT.write_text("[Service]\n" + text + "\n")
    said, binds = explain(), start()
    if wrong := disagreement(said, binds): return wrong
    if binds != expected: return "another outcome than written here"
    answer = json.loads(explain("--json").stdout)
    grants = [remedy["command"] for remedy in answer["remedies"] if "lowport grant" in remedy.get("command", "")]
    drop_ins = [remedy["drop_in"] for remedy in answer["remedies"] if "drop_in" in remedy]
    if len(drop_ins) != count: return f"{len(drop_ins)} drop-ins: {drop_ins}"
    DROP_IN.parent.mkdir(exist_ok=True)
    for drop_in in drop_ins:
        DROP_IN.write_text(drop_in)
        said = explain()
        if said.returncode == 1 and grants:
            for command in grants: carry_out(command)
            said = explain()
            binds = start()
            for command in grants: carry_out(command.replace("grant", "revoke"))
        else: binds = start()
        if said.returncode != 0: return f"still no with {drop_in!r}: {said.stdout.splitlines()[0]}"
        if not binds: return f"does not bind with {drop_in!r}"
    DROP_IN.unlink(missing_ok=True)
    for remedy in answer["remedies"]:
        if remedy.get("command") != "sudo lowport enforce enable": continue
        for command in grants: carry_out(command)
        carry_out(f"lowport enforce enable --cgroup {os.environ['G']}")
        binds = start()
        carry_out("lowport enforce disable")
        for command in grants: carry_out(command.replace("grant", "revoke"))
        if not binds: return "does not bind under the kernel engine"
    return ""


def truth(name, text, expected=False, count=0):
    wrong = trouble(text, expected, count)
    print(f"WRONG {name}: {wrong}" if wrong else f"ok {name}", flush=True)


RUN = f"ExecStart={BIN}/lowport run /srv/site/server 80"
PLAIN, CAPABLE = "ExecStart=/srv/site/server 80", "ExecStart=/srv/site/capable 80"
ALICE, BOB, LIMIT, NONE = "User=alice\n", "User=bob\n", "NoNewPrivileges=yes\n", "CapabilityBoundingSet=\n"
AMBIENT = "AmbientCapabilities=CAP_NET_BIND_SERVICE\n"
truth("root", PLAIN, True)
truth("root without the capability", "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE\n" + PLAIN, count=1)
truth("root with no_new_privs and filters", LIMIT + "PrivateDevices=yes\n" + PLAIN, True)
truth("rule, plain", ALICE + PLAIN, count=2)
truth("no rule, plain", BOB + PLAIN, count=2)
truth("rule, lowport run", ALICE + RUN, True)
truth("rule, lowport run by the broker", ALICE + RUN.replace("run", "run --via broker"), True)
truth("rule, authbind", ALICE + f"ExecStart={BIN}/authbind --deep /srv/site/server 80", True)
truth("no rule, lowport run", BOB + RUN)
truth("no_new_privs, lowport run", ALICE + LIMIT + RUN, count=2)
truth("no_new_privs, plain", ALICE + LIMIT + PLAIN, count=1)
truth("no_new_privs that is taken back", ALICE + LIMIT + "NoNewPrivileges=no\n" + RUN, True)
truth("no_new_privs, capability of the file", BOB + LIMIT + CAPABLE, count=1)
truth("capability of the file", BOB + CAPABLE, True)
truth("ambient", BOB + LIMIT + AMBIENT + PLAIN, True)
truth("ambient, of several", BOB + "AmbientCapabilities=CAP_CHOWN\n" + AMBIENT + PLAIN, True)
truth("ambient that is emptied", BOB + AMBIENT + "AmbientCapabilities=\n" + PLAIN, count=2)
truth("ambient outside of the bounding set", BOB + AMBIENT + "CapabilityBoundingSet=CAP_CHOWN\n" + PLAIN, count=1)
truth("ambient with a capability of the file", BOB + AMBIENT + NONE + CAPABLE, count=1)
truth("ambient in a user namespace", BOB + AMBIENT + "PrivateUsers=yes\n" + PLAIN, count=1)
truth("bounding set, plain", ALICE + NONE + PLAIN, count=1)
truth("bounding set, lowport run", ALICE + NONE + RUN, count=2)
truth("bounding set with what binds alone, lowport run", ALICE + "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" + RUN, True)
truth("user namespace, lowport run", ALICE + "PrivateUsers=yes\n" + RUN, count=2)
truth("dynamic user", "DynamicUser=yes\n" + PLAIN, count=1)
truth("dynamic user that exists", "DynamicUser=yes\n" + ALICE + AMBIENT + PLAIN, True)
truth("started with all privileges", ALICE + LIMIT + NONE + PLAIN.replace("=", "=+"), True)
truth("socket bind", ALICE + AMBIENT + "SocketBindDeny=any\n" + PLAIN, count=1)
truth("socket bind, with an exception", ALICE + AMBIENT + "SocketBindDeny=any\nSocketBindAllow=tcp:80\n" + PLAIN, True)
truth("home", ALICE + AMBIENT + "ProtectHome=yes\n" + PLAIN, True)
truth("program that may not be executed", ALICE + AMBIENT + "NoExecPaths=/srv/site\n" + PLAIN, count=1)
truth("program that is hidden", ALICE + AMBIENT + "InaccessiblePaths=/srv/site\n" + PLAIN, count=0)
truth("network of its own", ALICE + AMBIENT + "PrivateNetwork=yes\n" + PLAIN, True)
truth("network of its own, lowport run", ALICE + "PrivateNetwork=yes\n" + RUN, True)
truth("families", ALICE + AMBIENT + "RestrictAddressFamilies=AF_UNIX\n" + PLAIN, count=1)
truth("families that are denied", ALICE + AMBIENT + "RestrictAddressFamilies=~AF_INET AF_INET6\n" + PLAIN, count=1)
truth("families, IPv4 alone", ALICE + AMBIENT + "RestrictAddressFamilies=AF_INET\n" + PLAIN, count=1)
truth("families that suffice", ALICE + AMBIENT + "RestrictAddressFamilies=AF_INET6 AF_INET\n" + PLAIN, True)
truth("calls", ALICE + AMBIENT + "SystemCallFilter=@system-service\nSystemCallFilter=~bind\n" + PLAIN, count=1)
truth("calls that are denied", ALICE + AMBIENT + "SystemCallFilter=~@network-io\n" + PLAIN, count=1)
truth("calls that suffice", ALICE + AMBIENT + "SystemCallFilter=@system-service\n" + PLAIN, True)
LIBRARIES = "NoExecPaths=/usr/lib\n"
truth("loader and libraries that may not be executed", ALICE + AMBIENT + LIBRARIES + PLAIN, count=1)
truth("program alone that may be executed", ALICE + AMBIENT + LIBRARIES + "ExecPaths=/srv/site\n" + PLAIN, count=1)
truth("link to a program that is hidden", ALICE + AMBIENT + "InaccessiblePaths=\"/srv/link\"\n" + PLAIN, count=0)
truth("capabilities in quotation marks", BOB + "AmbientCapabilities=\"CAP_NET_BIND_SERVICE\"\n" + PLAIN, True)
truth("root by number, with filters", "User=0\nPrivateDevices=yes\n" + PLAIN, True)
truth("started as root, without the capability", ALICE + "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE\n" + PLAIN.replace("=", "=!"), count=1)
truth("started as root", ALICE + PLAIN.replace("=", "=!"), True)
truth("started with all privileges, socket bind", ALICE + "SocketBindDeny=any\n" + PLAIN.replace("=", "=+"), count=1)
BIND_FILTERS = False
built = SYSTEMCTL.read_text()
SYSTEMCTL.write_text(built.replace("+BPF_FRAMEWORK", "-BPF_FRAMEWORK"))
truth("socket bind, which this systemd ignores", ALICE + AMBIENT + "SocketBindDeny=any\n" + PLAIN, True)
SYSTEMCTL.write_text(built)
BIND_FILTERS = True
truth("directory that is missing", ALICE + AMBIENT + "ReadWritePaths=/srv/missing\n" + PLAIN)
truth("directory that may be missing", ALICE + AMBIENT + "ReadWritePaths=-/srv/missing\n" + PLAIN, True)
truth("directory that is missing, all privileges", ALICE + "BindPaths=/srv/missing\n" + PLAIN.replace("=", "=+"))
truth("environment that is missing", ALICE + "EnvironmentFile=/srv/missing\n" + RUN)
truth("working directory that is missing", ALICE + "WorkingDirectory=/srv/missing\n" + RUN)
truth("env, lowport run", ALICE + RUN.replace("=", "=/usr/bin/env A=1 "), True)
truth("env, capability of the file", BOB + CAPABLE.replace("=", "=env A=1 "), True)
truth("shell, lowport run", ALICE + f"ExecStart=/bin/sh -c 'exec {BIN}/lowport run /srv/site/server 80'", True)
truth("shell, plain", ALICE + "ExecStart=/bin/sh -c 'exec /srv/site/server 80'", count=2)
truth("lowport run, shell", ALICE + f"ExecStart={BIN}/lowport run /bin/sh -c 'exec /srv/site/server 80'", True)
truth("everything", ALICE + LIMIT + NONE + "PrivateUsers=yes\nSocketBindDeny=any\nRestrictAddressFamilies=none\n" + PLAIN, count=1)


def case(name, wrong): print(f"WRONG {name}: {wrong}" if wrong else f"ok {name}", flush=True)


def unanswered(text, status, words, way=()):
    """What is wrong about the error for the unit with this text."""
    UNIT.write_text("[Service]\n" + text + "\n")
    command = [*way, BIN + "/lowport", "explain", "80", "--unit", "site"]
    said = subprocess.run(command, capture_output=True, text=True)
    return "" if said.returncode == status and words in said.stderr else f"status {said.returncode}: {said.stderr}{said.stdout}"


shutil.rmtree(DROP_IN.parent, ignore_errors=True)
case("user known when it starts", unanswered("User=%H\n" + PLAIN, 78, "site.service:2: what %H stands for is known only when it starts"))
case("user without a name", unanswered("User=4711\n" + PLAIN, 78, "site.service:2: there is no user 4711"))
case("group without a name", unanswered("Group=4711\n" + PLAIN, 78, "site.service:2: there is no group 4711"))
DROP_IN.parent.mkdir(mode=0o700)
NOBODY = ["setpriv", "--reuid=alice", "--regid=alice", "--init-groups"]
case("drop-ins that may not be read", unanswered(ALICE + PLAIN, 77, "site.service.d: permission denied\nhint: run it as root, with sudo", NOBODY))
shutil.rmtree(DROP_IN.parent)
SOCKET_UNIT = UNIT.with_suffix(".socket")
SOCKET_UNIT.write_text("[Socket]\nListenStream=80\n[Install]\nWantedBy=sockets.target\n")
said = explain("--json")
answer = json.loads(said.stdout)
enable = "sudo systemctl enable --now site.socket"
case("socket unit that nothing starts", "" if said.returncode == 1 and enable in [one["command"] for one in answer["remedies"]] else said.stdout)
wants = UNIT.parent / "sockets.target.wants"
wants.mkdir(exist_ok=True)
(wants / "site.socket").symlink_to(SOCKET_UNIT)
case("socket unit that is enabled", "" if explain().returncode == 0 else "no")
SOCKET_UNIT.write_text("[Socket]\nListenStream=80\nBindIPv6Only=ipv6-only\n")
case("socket unit for IPv6 alone", "" if explain().returncode == 1 else "yes")
