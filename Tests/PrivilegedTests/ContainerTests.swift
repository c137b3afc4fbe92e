// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportBroker
import LowportLinux
import TestSupport
import Testing

/// The root of the sources.
private let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
private let hasProfiles = FileManager.default.fileExists(atPath: "\(sources)/.build-profiles/containerd.go")

/// What works in containers, and whether `explain` and `doctor` know: as an unprivileged user with the default filter and the
/// default capabilities of an engine, whose published profile is from Debian's packages.
@Suite(
    .enabled(if: Privilege.isRoot, "needs root"),
    .enabled(if: hasProfiles, "needs the profiles that Scripts/container-profiles fetches")
) struct ContainerTests: SandboxSuite {
    /// `in_container ENGINE [OPTION ...] COMMAND` runs the command in a container as alice; `tries ENGINE [OPTION ...]` prints, for a
    /// dynamic and a static program, whether it binds its port under `lowport run`, whether `explain` says that it can, and
    /// what was said.
    static let prelude = """
        touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81
        musl-gcc -static -o static "$SOURCES/Machines/probe.c"; cc -o dynamic "$SOURCES/Machines/probe.c"
        cat > container.py <<'END'
        import ctypes, json, os, re, sys
        import seccomp
        shared = "CHOWN FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT DAC_OVERRIDE".split()
        fetched = os.environ["SOURCES"] + "/.build-profiles/"
        profiles = {
            "docker": (fetched + "docker.json", shared + ["MKNOD", "NET_RAW", "AUDIT_WRITE"]),
            "containerd": (fetched + "containerd.go", shared + ["MKNOD", "NET_RAW", "AUDIT_WRITE"]),
            "podman": (fetched + "podman.json", shared),
        }
        numbers = {"CHOWN": 0, "DAC_OVERRIDE": 1, "FOWNER": 3, "FSETID": 4, "KILL": 5, "SETGID": 6, "SETUID": 7, "SETPCAP": 8,
                   "NET_BIND_SERVICE": 10, "NET_RAW": 13, "SYS_CHROOT": 18, "SYS_PTRACE": 19, "MKNOD": 27, "AUDIT_WRITE": 29,
                   "SETFCAP": 31}
        path, held = profiles[sys.argv[1]]
        held, rest, denies_gains = set(held), sys.argv[2:], False
        while rest[0].startswith("--"):
            option = rest.pop(0)
            if option == "--no-new-privileges": denies_gains = True
            elif option == "--cap-drop": held -= set(numbers) if rest[0] == "ALL" else {rest[0]}; rest.pop(0)
            else: held.add(rest.pop(0))
        libc = ctypes.CDLL(None, use_errno=True)

        def rules(content):
            "(names, error or None for allowed, conditions) of Docker's and podman's format, or of containerd's source."
            if path.endswith(".go"):
                allowed, _, by_capability = content.partition("for _, c := range sp.Process.Capabilities.Bounding")
                words = lambda text: re.findall(r'^\\s*"([a-z0-9_]+)",$', text, re.M)
                yield words(allowed), None, []
                cases = re.split(r'case "CAP_([A-Z_]+)":', by_capability.partition("if !admin")[0])
                for name, case in zip(cases[1::2], cases[2::2]):
                    if name in held: yield words(case), None, []
                yield ["clone"], None, []
                yield ["clone3"], 38, []
                return
            for rule in json.loads(content)["syscalls"]:
                includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
                capabilities = {"CAP_" + name for name in held}
                if not set(includes.get("caps") or []) <= capabilities or set(excludes.get("caps") or []) & capabilities: continue
                if "amd64" not in (includes.get("arches") or ["amd64"]): continue
                error = None if rule["action"] == "SCMP_ACT_ALLOW" else rule.get("errnoRet") or 1
                yield rule["names"], error, rule.get("args") or []

        content = open(path).read()
        default = 1 if path.endswith(".go") else json.loads(content).get("defaultErrnoRet") or 1
        filter = seccomp.SyscallFilter(seccomp.ERRNO(default))
        filter.set_attr(seccomp.Attr.CTL_NNP, 0)
        comparisons = {"SCMP_CMP_NE": seccomp.NE, "SCMP_CMP_EQ": seccomp.EQ, "SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ}
        for names, error, conditions in rules(content):
            action = seccomp.ALLOW if error is None else seccomp.ERRNO(error)
            for name in names:
                try: seccomp.resolve_syscall(seccomp.Arch(), name)
                except ValueError: continue  # Not known to this libseccomp, as an engine leaves it out, too.
                if error == default: continue
                arguments = [seccomp.Arg(c["index"], comparisons[c["op"]], *([c["value"], c.get("valueTwo") or 0]
                             if "MASKED" in c["op"] else [c["value"]])) for c in conditions]
                try: filter.add_rule(action, name, *arguments)
                except (RuntimeError, ValueError): pass  # Of another architecture.
        for number in range(41):
            if number not in {numbers[name] for name in held}: libc.prctl(24, number, 0, 0, 0)  # PR_CAPBSET_DROP
        filter.load()
        os.setgroups([]); os.setresgid(1001, 1001, 1001); os.setresuid(1001, 1001, 1001)
        if denies_gains: libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
        os.execvp(rest[0], rest)
        END
        in_container() { /usr/bin/python3 container.py "$@"; }
        tries() {
            for program in dynamic static; do
                answer=$(in_container "$@" lowport run ./$program 81 2>said) || true
                in_container "$@" lowport explain 81 --program ./$program > explained 2>&1 && verdict=can || verdict=cannot
                case $answer-$verdict in yes-can | *denied-cannot | *permitted-cannot | Invalid*-cannot) agreed="as explained" ;; *) agreed="BUT EXPLAINED: $(head -n 1 explained)" ;; esac
                echo "$program: $answer, $agreed"
                cat said
            done
        }

        """

    private func expect(_ script: String, _ output: ByteString, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let outcome = try await Sandbox.run(Self.prelude + script, environment: ["SOURCES": sources])
        #expect(outcome.output == output, "\(outcome)", sourceLocation: sourceLocation)
    }

    /// What is said where the supervisor may not look into programs.
    private static let noBroker = """
        the supervisor may not look into programs: operation not permitted, as in containers without CAP_SYS_PTRACE
        """
    private static let addPtrace = """
        hint: start the container with --cap-add SYS_PTRACE, or let the kernel of the host decide: sudo lowport enforce enable
        """

    @Test(arguments: ["docker", "containerd"])
    func `without CAP_SYS_PTRACE the library is taken, and static programs are told`(_ engine: String) async throws {
        try await expect(
            """
            tries \(engine)
            in_container \(engine) lowport doctor | tr -s ' ' | grep -A 1 -E '^[a-zA-Z]+ (broker|helper) ' | grep -v -e '^ok' -e '^--'
            in_container \(engine) lowport explain 81 --program ./static | grep -A 9 'make it work'
            in_container \(engine) authbind ./dynamic 81
            in_container \(engine) lowport run --via broker ./static 81 2>&1 || echo $?
            """,
            """
            dynamic: yes, as explained
            static: Permission denied, as explained
            lowport-run: ./static: the broker cannot be used: \(Self.noBroker); nor can the library reach the program, \
            since it is statically linked
            \(Self.addPtrace)
            ERROR broker \(Self.noBroker): static programs and those of Go are not reached (tried)
             -> start the container with --cap-add SYS_PTRACE, or let the kernel of the host decide: sudo lowport enforce enable
            to make it work:
              in a container that is started with --cap-add SYS_PTRACE, the broker reaches the program
              or
              sudo lowport enforce enable
                  has the kernel itself let every process bind what the policy allows it
            yes
            lowport-run: \(Self.noBroker)
            \(Self.addPtrace)
            125

            """
        )
    }

    @Test(
        arguments: [
            "docker --cap-add SYS_PTRACE", "containerd --cap-add SYS_PTRACE", "podman",
            "docker --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add SYS_PTRACE",
        ]
    )
    func `where the supervisor may look into programs every program is reached`(_ container: String) async throws {
        try await expect(
            """
            tries \(container)
            in_container \(container) lowport doctor | tr -s ' ' | grep ' broker '
            """,
            """
            dynamic: yes, as explained
            static: yes, as explained
            ok broker it works (tried)

            """
        )
    }

    @Test func `the helper needs one capability alone in the bounding set`() async throws {
        try await expect(
            "tries docker --cap-drop ALL --cap-add NET_BIND_SERVICE 2>&1 | grep -v -e '^hint' -e '^lowport-run'",
            "dynamic: yes, as explained\nstatic: Permission denied, as explained\n"
        )
    }

    @Test(
        arguments: [
            ("docker --cap-drop ALL", HelperObstacle.boundingSet), ("podman --cap-drop ALL", .boundingSet),
            ("docker --cap-drop NET_BIND_SERVICE --cap-add SYS_PTRACE", .boundingSet),
            ("docker --no-new-privileges", .noNewPrivileges), ("containerd --no-new-privileges", .noNewPrivileges),
            ("podman --no-new-privileges", .noNewPrivileges),
        ]
    )
    func `where the helper gains nothing every program is told why`(_ container: String, _ obstacle: HelperObstacle)
        async throws
    {
        let told = ["dynamic", "static"].map { program in
            """
            \(program): Permission denied, as explained
            lowport-run: ./\(program): no low port can be granted: \(obstacle.sentence)
            hint: \(obstacle.hint ?? "")

            """
        }
        try await expect(
            """
            tries \(container)
            in_container \(container) lowport doctor | tr -s ' ' | grep '^ERROR helper'
            in_container \(container) lowport run true; in_container \(container) lowport run --listen 81 true 2>&1 || echo $?
            """,
            ByteString(told.joined()) + """
                ERROR helper \(obstacle.sentence): lowport run and authbind have no effect here (tried)
                lowport-run: cannot listen on tcp-81: permission denied: \(obstacle.sentence)
                hint: \(obstacle.hint ?? "")
                125

                """
        )
    }

    @Test func `a root that is mounted read-only changes nothing`() async throws {
        try await expect(
            """
            in_container() {
                unshare --mount sh -euc 'for root in / /etc /mnt; do mount -o remount,bind,ro $root; done; exec "$@"' - \
                    /usr/bin/python3 container.py "$@"
            }
            tries docker --cap-add SYS_PTRACE; in_container docker touch $T/file 2>&1 | grep -o 'Read-only.*'
            """,
            "dynamic: yes, as explained\nstatic: yes, as explained\nRead-only file system\n"
        )
    }

    @Test func `in another user namespace the capabilities do not count, and that is said`() async throws {
        try await expect(
            """
            in_container() { shift; as alice unshare --user --map-current-user "$@"; }
            tries none; in_container none lowport doctor | tr -s ' ' | grep 'ERROR helper the'
            in_container() { shift; as alice unshare --user "$@"; }
            tries none 2>&1 | grep -v -e ^hint -e ^libauthbind
            in_container() { shift; as alice unshare --user --net --map-current-user "$@"; }
            tries none
            """,
            """
            dynamic: Permission denied, as explained
            lowport-run: ./dynamic: no low port can be granted: \(HelperObstacle.foreignNetwork.sentence)
            hint: outside of the user namespace: sudo lowport enforce enable
            static: Permission denied, as explained
            lowport-run: ./static: no low port can be granted: \(HelperObstacle.foreignNetwork.sentence)
            hint: outside of the user namespace: sudo lowport enforce enable
            ERROR helper \(HelperObstacle.foreignNetwork.sentence): lowport run and authbind have no effect here (tried)
            dynamic: Invalid argument, as explained
            lowport-run: ./dynamic: no low port can be granted: \(HelperObstacle.unmappedUser.sentence)
            static: Permission denied, as explained
            lowport-run: ./static: no low port can be granted: \(HelperObstacle.unmappedUser.sentence)
            dynamic: yes, as explained
            static: yes, as explained

            """
        )
    }

    /// As SystemCallFilter= of systemd.exec(5), whose default is to kill.
    @Test(arguments: [("pidfd_getfd", 438), ("process_vm_readv", 310), ("pidfd_open", 434)])
    func `a filter that kills whoever looks into programs kills no program`(_ call: String, _ number: Int) async throws
    {
        try await expect(
            """
            cat > kill.py <<'END'
            import os, sys, seccomp
            filter = seccomp.SyscallFilter(seccomp.ALLOW)
            filter.set_attr(seccomp.Attr.CTL_NNP, 0)
            filter.add_rule(seccomp.KILL_PROCESS, sys.argv[1]); filter.load()
            os.execvp(sys.argv[2], sys.argv[2:])
            END
            in_container() { shift; /usr/bin/python3 kill.py \(call) setpriv --reuid alice --regid alice --init-groups "$@"; }
            tries none
            in_container none lowport run --supervisor above true
            in_container none lowport doctor | tr -s ' ' | grep 'ERROR broker' | cut -d : -f 1
            """,
            """
            dynamic: yes, as explained
            static: Permission denied, as explained
            lowport-run: ./static: the broker cannot be used: \(Broker.StartError.killed.sentence); nor can the library reach \
            the program, since it is statically linked
            hint: let the kernel of the host decide: sudo lowport enforce enable
            ERROR broker \(Broker.StartError.killed.sentence)

            """
        )
    }

    /// As on older kernels (ENOSYS), and under filters of older engines, whose answer to what they do not know is EPERM.
    @Test(arguments: ["ENOSYS", "EPERM"])
    func `newer system calls are done without`(_ error: String) async throws {
        try await expect(
            """
            cat > deny.py <<'END'
            import errno, os, sys, seccomp
            filter = seccomp.SyscallFilter(seccomp.ALLOW)
            filter.set_attr(seccomp.Attr.CTL_NNP, 0)
            for call in sys.argv[1].split(","): filter.add_rule(seccomp.ERRNO(errno.\(error)), call)
            filter.load()
            os.execvp(sys.argv[2], sys.argv[2:])
            END
            in_container() { shift; /usr/bin/python3 deny.py $calls setpriv --reuid alice --regid alice --init-groups "$@"; }
            calls=close_range,openat2,faccessat2,landlock_create_ruleset,clone3; tries none
            in_container none authbind ./dynamic 81
            calls=pidfd_open; tries none 2>&1 | grep -v '^hint'
            in_container none lowport doctor | tr -s ' ' | grep -E '^(ok|ERROR) broker'
            """,
            """
            dynamic: yes, as explained
            static: yes, as explained
            yes
            dynamic: yes, as explained
            static: Permission denied, as explained
            lowport-run: ./static: the broker cannot be used: the supervisor may not look into programs: \
            \(error == "EPERM" ? "operation not permitted" : "function not implemented"), as in containers without \
            CAP_SYS_PTRACE; nor can the library reach the program, since it is statically linked
            ERROR broker the supervisor may not look into programs: \
            \(error == "EPERM" ? "operation not permitted" : "function not implemented"), as in containers without \
            CAP_SYS_PTRACE: static programs and those of Go are not reached (tried)

            """
        )
    }
}
