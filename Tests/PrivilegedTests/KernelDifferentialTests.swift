// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The kernel and the helper on the same policies and the same binds: thousands of real ones, and no difference.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct KernelDifferentialTests {
    /// Each seed is a run of its own: a dozen policies, for each of which three users try two dozen binds in both ways.
    @Test(arguments: [1, 2, 3, 4, 5]) func `the kernel decides as the helper does`(seed: Int) async throws {
        let outcome = try await KernelSandbox.run(
            """
            cat > differ.py <<'END'
            \(Self.program)
            END
            echo 'allow user nobody tcp 1' > /etc/lowport/rules
            enable
            /usr/bin/python3 differ.py \(seed) "$LIBEXEC/lowport-helper"
            """
        )
        #expect(outcome.output.description.hasPrefix("0 differences"), "\(outcome)")
        #expect(outcome.status == 0, "\(outcome)")
    }

    private static let program = #"""
        import os, pwd, random, socket, struct, subprocess, sys

        random.seed(int(sys.argv[1])); helper = sys.argv[2]
        ADDRESSES = ["0.0.0.0", "127.0.0.1", "127.0.0.2", "127.9.9.9", "::", "::1", "::ffff:127.0.0.1", "::ffff:127.0.0.2"]
        PREFIXES = ["127.0.0.0/8", "127.0.0.1", "127.0.0.2/31", "0.0.0.0/0", "::/0", "::1", "::ffff:127.0.0.0/104", "192.0.2.0/24"]
        PORTS = [1, 79, 80, 81, 511, 512, 600, 1023, 1024]

        def rule():
            who = random.choice(["user alice", "user bob", "group dns", "uid 1001", "gid 1002", "everyone", "gid 1100", "user ghost"])
            first = random.choice(PORTS); last = random.choice([first, first, min(1023, first + 2)])
            ports = str(first) if last <= first else "%d-%d" % (first, last)
            line = "allow %s %s %s" % (who, random.choice(["tcp", "udp", "any", "tcp,udp"]), ports)
            if random.random() < 0.6: line += " on " + ",".join(random.sample(PREFIXES, random.choice([1, 1, 2])))
            if random.random() < 0.2: line += " until " + random.choice(["2001-01-01T00:00:00Z", "2200-01-01T00:00:00Z"])
            return line

        def mark(port): return "" if port < 512 else "!"

        def tree():
            subprocess.run("rm -rf /etc/authbind; mkdir -p /etc/authbind/byport /etc/authbind/byaddr /etc/authbind/byuid", shell=True)
            def touch(path):
                open(path, "w").close()
                os.chmod(path, random.choice([0o755, 0o755, 0o644, 0o750, 0o711, 0o700, 0o710]))
                os.chown(path, random.choice([0, 1001, 1002]), random.choice([0, 1100, 1001]))
            for _ in range(random.randrange(3)):
                port = random.choice(PORTS); touch("/etc/authbind/byport/%s%d" % (mark(port), port))
            for _ in range(random.randrange(5)):
                port = random.choice(PORTS); address = random.choice(ADDRESSES)
                separator = random.choice(",:") if "." in address and ":" not in address else ","
                touch("/etc/authbind/byaddr/%s%s%s%d" % (mark(port), address, separator, port))
            for uid in (1001, 1002, 65534):
                for prefix in ("", "!"):
                    if random.random() < 0.4:
                        with open("/etc/authbind/byuid/%s%d" % (prefix, uid), "w") as file:
                            for _ in range(random.randrange(1, 4)):
                                first = random.choice(PORTS)
                                file.write("%s,%d-%d\n" % (random.choice(["127.0.0.0/8", "127.0.0.1-127.0.0.2", "0.0.0.0/0",
                                    "0.0.0.0", "::/0", "::1", "::", "::ffff:127.0.0.1", "::-::1"]), first, first + random.randrange(3)))

        def ask(address, port, kind, only):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            s = socket.socket(family, kind)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if only: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            return s

        def attempt(address, port, kind, only):
            with ask(address, port, kind, only) as s:
                try: s.bind((address, port)); plain = True
                except PermissionError: plain = False
            with ask(address, port, kind, only) as s:
                raw = socket.inet_pton(s.family, address)
                text = raw.hex() if len(raw) == 16 else "%08x" % struct.unpack("=I", raw)
                words = [helper, text, "%04x" % socket.htons(port)] + (["6"] if len(raw) == 16 else [])
                status = subprocess.run(words, stdin=s.fileno(), stderr=subprocess.DEVNULL).returncode
            return plain, status == 0

        def session(name):
            entry = pwd.getpwnam(name)
            os.setgroups(os.getgrouplist(name, entry.pw_gid)); os.setgid(entry.pw_gid); os.setuid(entry.pw_uid)
            differences = allowed = 0
            for _ in range(24):
                port = random.choice(PORTS[:-1]); address = random.choice(ADDRESSES)
                kind = random.choice([socket.SOCK_STREAM, socket.SOCK_DGRAM]); only = address == "::" and random.random() < 0.3
                plain, helped = attempt(address, port, kind, only)
                allowed += plain
                # The program does not see IPV6_V6ONLY, and may ask more of it.
                if plain != helped and not (only and helped):
                    differences += 1
                    print("DIFFERENT", name, address, port, kind, only, "kernel", plain, "helper", helped, file=sys.stderr)
            os._exit(min(differences, 100) + (100 if allowed else 0))

        differences = sessions = 0
        for policy in range(12):
            with open("/etc/lowport/rules", "w") as file: file.write("\n".join(rule() for _ in range(random.randrange(5))) + "\n")
            tree()
            subprocess.run(["lowport", "enforce", "reload"], check=True)
            for name in ("alice", "bob", "nobody"):
                random.seed(random.random())
                child = os.fork()
                if child == 0: session(name)
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                assert status in range(0, 201), status
                differences += status % 100
                sessions += status >= 100
            if differences:
                print(open("/etc/lowport/rules").read(), subprocess.run("cd /etc/authbind; ls -ln *; grep . byuid/*", shell=True,
                    capture_output=True, text=True).stdout, file=sys.stderr)
                break
        print(differences, "differences;", sessions, "sessions in which something was allowed")
        sys.exit(sessions < 5)
        """#
}
