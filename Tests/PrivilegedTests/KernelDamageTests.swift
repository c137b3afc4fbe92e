// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// A rules file that is damaged anywhere, and rules that are gone as a whole, free nobody.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelDamageTests: KernelSuite {
    /// `damage.py`: puts each damaged file in place, reloads, and lets alice, who holds the capability for all ports,
    /// bind port 81. Prints the exit statuses, and each damage that frees her.
    ///
    /// The damaged files are made before any is looked at: the rules are read once they have been quiet for a while.
    private static let damage: ByteString = #"""
        cat > binder.py <<'END'
        import errno, socket, sys
        for port in sys.stdin:
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try: s.bind(("127.0.0.1", int(port))); print("bound", flush=True)
                except OSError as e: print(errno.errorcode[e.errno], flush=True)
        END
        cat > damage.py <<'END'
        import ctypes, os, subprocess, sys, time
        good = open("/etc/lowport/rules", "rb").read()
        kinds = {
            "cut": lambda n: good[:n], "NUL": lambda n: good[:n] + b"\0" + good[n + 1:],
            "hash": lambda n: good[:n] + b"#" + good[n + 1:], "newline": lambda n: good[:n] + b"\n" + good[n + 1:],
            "high": lambda n: good[:n] + b"\xff" + good[n + 1:],
        }
        kind, boots = sys.argv[1], len(sys.argv) > 2
        damaged = [kinds[kind](n) for n in range(len(good))]
        for n, text in enumerate(damaged): open(f"damaged.{n}", "wb").write(text)
        time.sleep(1.1)
        binder = subprocess.Popen(
            "setpriv --reuid 1001 --regid 1001 --clear-groups --inh-caps +net_bind_service"
            " --ambient-caps +net_bind_service /usr/bin/python3 binder.py".split(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        def bind(port):
            print(port, file=binder.stdin, flush=True)
            return binder.stdout.readline().strip()
        libc = ctypes.CDLL(None, use_errno=True)
        def lowport(*words):
            return subprocess.run(["lowport", "enforce", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).returncode
        statuses = set()
        for n, text in enumerate(damaged):
            if libc.mount(f"damaged.{n}".encode(), b"/etc/lowport/rules", None, 4096, None): raise OSError(ctypes.get_errno())
            if boots: assert lowport("disable") == 0
            status = lowport("enable", "--cgroup", os.environ["G"]) if boots else lowport("reload")
            statuses.add(status)
            outcome = bind(81)
            if outcome != "EPERM": print(n, status, outcome, repr(text.decode()))
            libc.umount2(b"/etc/lowport/rules", 2)
            # What is freed on purpose is confined again for the next one.
            if status == 0: assert lowport("reload") == 0
            assert (bind(81), boots or bind(80)) == ("EPERM", boots or "bound"), n
        print(*sorted(statuses))
        END
        export G
        printf 'allow user alice tcp 80\nconfine user alice\n# end\n' > /etc/lowport/rules
        enable

        """#

    private func damaged(_ arguments: ByteString) async throws -> Outcome {
        try await enforced(Self.damage + "/usr/bin/python3 damage.py \(arguments)\n")
    }

    /// What an editor would leave: a shorter file whose last line is complete, and a comment in place of the line.
    private static let comments: ByteString = #"""
        23 0 bound 'allow user alice tcp 80#confine user alice\n# end\n'
        24 0 bound 'allow user alice tcp 80\n#onfine user alice\n# end\n'
        0 65

        """#

    @Test("A file that is cut anywhere frees nobody") func aFileThatIsCutAnywhereFreesNobody() async throws {
        expect(try await damaged("cut"), "24 0 bound 'allow user alice tcp 80\\n'\n0 65\n")
        expect(try await damaged("cut boot"), "24 0 bound 'allow user alice tcp 80\\n'\n0 65\n")
    }

    @Test("A bad byte anywhere frees nobody", arguments: ["NUL", "newline", "high"] as [ByteString])
    func aBadByteAnywhereFreesNobody(kind: ByteString) async throws {
        expect(try await damaged(kind), "0 65\n")
        expect(try await damaged("\(kind) boot"), "0 65\n")
    }

    @Test("Only a comment in place of the line frees") func onlyACommentInPlaceOfTheLineFrees() async throws {
        expect(try await damaged("hash"), Self.comments)
    }

    private static let confined: ByteString = """
        able() {
            setpriv --reuid 1001 --regid 1001 --clear-groups --inh-caps +net_bind_service \\
                --ambient-caps +net_bind_service /usr/bin/python3 bind.py 0.0.0.0 "$1" tcp
        }
        printf 'allow user alice tcp 80\\nconfine user alice\\n' > /etc/lowport/rules

        """

    @Test(
        "Rules that are gone as a whole free nobody",
        arguments: [
            "mv /etc/lowport gone", "rm -r /etc/lowport/*", "mount -t tmpfs -o mode=755 tmpfs /etc/lowport",
            "mv /etc/lowport gone; ln -s $PWD/gone /etc/lowport", "mv /etc/lowport gone; : > /etc/lowport",
            "chmod 775 /etc", "mv /etc/lowport gone; mkdir -m 777 /etc/lowport",
        ]
    )
    func rulesThatAreGoneAsAWholeFreeNobody(fault: ByteString) async throws {
        let outcome = try await enforced(
            Self.confined + """
                enable; able 80; able 81
                \(fault)
                status lowport enforce reload; grep -o 'the kernel keeps the policy of 2' errors; able 81
                status enable; able 81
                [ "$(status lowport grant 83 --user alice)" != 0 ]; able 81; able 83
                lowport enforce disable; status enable; able 81
                # Neither does it if the record is gone too, as long as the kernel knows.
                rm -r /var/lib/lowport; status lowport enforce reload; able 81
                """
        )
        #expect(
            outcome.output == """
                bound
                EPERM
                65
                the kernel keeps the policy of 2
                EPERM
                65
                EPERM
                EPERM
                EPERM
                65
                EPERM
                65
                EPERM

                """,
            "\(fault)\n\(outcome)"
        )
    }

    @Test("What is emptied on purpose frees") func whatIsEmptiedOnPurposeFrees() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    enable; mv /etc/lowport gone; status lowport enforce reload
                    grep -o '/etc/lowport: contains no rules, but confined users before; if that is intended, create it' errors
                    mkdir /etc/lowport; echo '# none' > /etc/lowport/rules; status lowport enforce reload; able 81
                    lowport enforce status | grep -c 'applied with errors' || :
                    """
            ),
            """
            65
            /etc/lowport: contains no rules, but confined users before; if that is intended, create it
            0
            bound
            0

            """
        )
    }

    @Test("Without a record all that can be read is in force") func withoutARecordAllThatCanBeReadIsInForce()
        async throws
    {
        expect(
            try await enforced(
                Self.confined + """
                    printf 'confine user bob\\nalow\\nallow user alice tcp 82\\n' > /etc/lowport/rules.d/more.rules
                    tells() { grep -o "it is not known who else was confined before ([^ ]*: [a-z ]*" errors; : > errors; }
                    status enable; tells; able 80; able 81; able 82; try_bind bob 127.0.0.1 81
                    # The next error finds them confined.
                    : > /etc/lowport/rules; status lowport enforce reload; able 80; able 81
                    lowport enforce disable
                    printf 'allow user alice tcp 80\\nconfine user alice\\n' > /etc/lowport/rules
                    mkdir -p /var/lib/lowport; echo damaged > /var/lib/lowport/confinement
                    status enable; tells; able 80; able 81; able 82
                    """
            ),
            """
            65
            it is not known who else was confined before (/var/lib/lowport/confinement: no such file or directory
            bound
            EPERM
            EPERM
            EPERM
            65
            bound
            EPERM
            65
            it is not known who else was confined before (/var/lib/lowport/confinement: is not what was written there
            bound
            EPERM
            EPERM

            """
        )
    }

    @Test("A group that is gone frees nobody") func aGroupThatIsGoneFreesNobody() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    mkdir "$G/inner"; lowport enforce enable --cgroup "$G/inner"; rmdir "$G/inner"
                    rm /var/lib/lowport/confinement; : > /etc/lowport/rules; echo alow > /etc/lowport/rules.d/more.rules
                    status enable; able 81
                    """
            ),
            "65\nEPERM\n"
        )
    }
}
