// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Each way in which a rules file can be at fault, and each command that brings the policy into the kernel: while a file with
/// further rules is faulty, alice and bob, who hold the capability for all ports, stay confined to what the rules allow.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelFaultTests: KernelSuite {
    static let confined: ByteString = """
        able() {
            case $1 in alice) u=1001 ;; *) u=1002 ;; esac
            setpriv --reuid $u --regid $u --clear-groups --inh-caps +net_bind_service \\
                --ambient-caps +net_bind_service /usr/bin/python3 bind.py 0.0.0.0 "$2" tcp
        }
        more=/etc/lowport/rules.d/more.rules
        printf 'allow user alice tcp 80,82\\nconfine user alice\\n' > /etc/lowport/rules
        printf 'allow user alice tcp 85\\nconfine user bob\\n' > $more
        # Both are refused a port that no rule allows, and alice has one that is allowed.
        probe() { echo "$(able alice 81) $(able bob 81) $(able alice 80)"; }

        """

    static let faults: [ByteString] = [
        "echo 'alow user alice tcp 81' >> $more", "sed -i s/confine/confnie/ $more", "chmod 666 $more",
        "chmod 620 $more", "chown alice $more", "mv $more kept; ln -s $PWD/kept $more", "rm $more; mkdir $more",
        "rm $more; mkfifo $more", ": > $more", "truncate -s 5M $more", "printf '\\\\0' >> $more",
        "chmod 777 /etc/lowport/rules.d", "chown alice /etc/lowport/rules.d",
        "mv /etc/lowport/rules.d kept; ln -s $PWD/kept /etc/lowport/rules.d",
        "rm -r /etc/lowport/rules.d; : > /etc/lowport/rules.d", "rm -r /etc/lowport/rules.d",
        "printf 'allow user alice tcp 85' > $more",
        "(exec >> $more; exec sleep 300) & until [ -n \"$(pgrep -x sleep)\" ]; do sleep 0.05; done",
    ]

    /// Names that nobody has: the rules of the file count.
    static let faultsOfNames: [ByteString] = [
        "echo 'confine user nobody-here' >> $more", "echo 'confine group nobody-here' >> $more",
        "sed -i '/^bob:/d' /etc/passwd",
    ]

    @Test("No command frees anybody", arguments: faults) func noCommandFreesAnybody(fault: ByteString) async throws {
        try await freesNobody(fault, ruleOfTheFile: "EPERM")
    }

    @Test("No command frees anybody for a name that is gone", arguments: faultsOfNames)
    func noCommandFreesAnybodyForANameThatIsGone(fault: ByteString) async throws {
        try await freesNobody(fault, ruleOfTheFile: "bound")
    }

    /// - Parameter ruleOfTheFile: what comes of a bind that the faulty file allows, once a change that narrows is applied.
    private func freesNobody(_ fault: ByteString, ruleOfTheFile: ByteString) async throws {
        let outcome = try await enforced(
            Self.confined + """
                enable; probe; able alice 85
                \(fault)
                echo reload $(status lowport enforce reload) $(probe) $(able alice 85)
                echo enable $(status enable) $(probe)
                echo grant $(status lowport grant 83 --user alice) $(probe) $(grep -c 83 /etc/lowport/rules)
                printf 'allow user alice tcp 80,84\\nconfine user alice\\n' > new
                echo apply more $(status lowport apply new) $(probe) $(grep -c 84 /etc/lowport/rules)
                printf 'allow user alice tcp 80\\n' > new
                echo apply without $(status lowport apply new) $(probe) $(grep -c confine /etc/lowport/rules)
                printf '#!/bin/sh\\necho "allow user alice tcp 86" >> "$1"\\n' > editor; chmod 755 editor
                echo edit $(EDITOR=$PWD/editor status lowport edit < /dev/null) $(probe) $(grep -c 86 /etc/lowport/rules)
                able alice 82
                echo revoke $(status lowport revoke 82 --user alice) $(probe) $(able alice 82) $(grep -c 82 /etc/lowport/rules)
                printf 'allow user alice tcp 80\\nconfine user alice\\nconfine root\\n' > new
                echo apply less $(status lowport apply new) $(probe) $(/usr/bin/python3 bind.py 0.0.0.0 81 tcp) $(able alice 85)
                # As after the next reboot.
                lowport enforce disable; rm -r /run/lowport
                able bob 81
                echo boot $(status enable) $(probe) $(/usr/bin/python3 bind.py 0.0.0.0 81 tcp)
                """
        )
        #expect(
            outcome.output == """
                EPERM EPERM bound
                bound
                reload 65 EPERM EPERM bound bound
                enable 65 EPERM EPERM bound
                grant 65 EPERM EPERM bound 0
                apply more 65 EPERM EPERM bound 0
                apply without 65 EPERM EPERM bound 1
                edit 65 EPERM EPERM bound 0
                bound
                revoke 65 EPERM EPERM bound EPERM 0
                apply less 65 EPERM EPERM bound EPERM \(ruleOfTheFile)
                bound
                boot 65 EPERM EPERM bound EPERM

                """,
            "\(fault)\n\(outcome)"
        )
    }

    @Test("A file that cannot be read frees nobody") func aFileThatCannotBeReadFreesNobody() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    broken() { strace -qq -o /dev/null -P $more -e trace=read -e inject=read:error=EIO "$@"; }
                    enable; probe
                    echo $(status broken lowport enforce reload) $(probe); grep -o 'more.rules: .*' errors | sort -u
                    echo $(status broken lowport revoke 82 --user alice) $(probe)
                    lowport enforce disable; echo $(status broken lowport enforce enable --cgroup "$G") $(probe)
                    """
            ),
            """
            EPERM EPERM bound
            65 EPERM EPERM bound
            more.rules: input/output error
            65 EPERM EPERM bound
            65 EPERM EPERM bound

            """
        )
    }

    @Test("What is mended counts again") func whatIsMendedCountsAgain() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    enable; echo alow >> $more; status lowport enforce reload
                    grep -o 'the kernel keeps the policy of 2' errors
                    lowport enforce status | grep -c 'files changed since then'
                    # Whoever takes the file away means it.
                    rm $more; status lowport enforce reload; probe; able alice 85
                    lowport enforce status | grep -c 'files changed since then' || :
                    sed -i '/confine/d' /etc/lowport/rules; status lowport enforce reload; able alice 81
                    lowport enforce disable; status enable; able alice 81
                    """
            ),
            """
            65
            the kernel keeps the policy of 2
            1
            0
            EPERM bound bound
            EPERM
            0
            0
            bound
            0
            bound

            """
        )
    }

    @Test("Who is deleted stays confined until the line goes") func whoIsDeletedStaysConfinedUntilTheLineGoes()
        async throws
    {
        expect(
            try await enforced(
                Self.confined + """
                    enable; sed -i '/^bob:/d' /etc/passwd
                    status lowport enforce reload
                    grep -o 'more.rules:2: there is no user bob; uid 1002, .* stays confined' errors
                    able bob 81
                    sed -i /bob/d $more; status lowport enforce reload; able bob 81
                    """
            ),
            """
            65
            more.rules:2: there is no user bob; uid 1002, which it was when the rules were last applied, stays confined
            EPERM
            0
            bound

            """
        )
    }

    @Test("Members of a group stay confined") func membersOfAGroupStayConfined() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    echo 'confine group dns' > $more; enable; able bob 81
                    # A name that nobody ever had frees nobody, and stands in nobody's way.
                    sed -i 's/^dns:.*/&,nobody-here/' /etc/group; status lowport enforce reload; able bob 81
                    # Nobody can say any more who bob is.
                    sed -i '/^bob:/d' /etc/passwd; status lowport enforce reload; able bob 81
                    grep -o 'bob of the group dns cannot be looked up; uid 1002.*' errors
                    lowport enforce disable; status enable; able bob 81
                    # That he is no member any more is meant.
                    sed -i 's/^dns:.*/dns:x:1100:/' /etc/group; status lowport enforce reload; able bob 81
                    """
            ),
            """
            EPERM
            0
            EPERM
            65
            EPERM
            bob of the group dns cannot be looked up; uid 1002, which it was when the rules were last applied, stays confined
            65
            EPERM
            0
            bound

            """
        )
    }

    @Test("lowport check is hinted at for what it finds") func checkIsHintedAtForWhatItFinds() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    enable; hint() { : > errors; status lowport enforce reload; grep -c 'hint: lowport check' errors || :; }
                    echo alow >> $more; hint; status lowport check
                    : > $more; hint; status lowport check
                    """
            ),
            "65\n1\n1\n65\n0\n0\n"
        )
    }

    @Test("A writer is waited for") func aWriterIsWaitedFor() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    enable
                    cat > writer.py <<'END'
                    import subprocess, sys, time
                    file = open("/etc/lowport/rules", "w"); file.write("allow user alice tcp 80\\nconfine us"); file.flush()
                    reload = subprocess.Popen(["lowport", "enforce", "reload"])
                    # It looks at the file, and goes on looking.
                    time.sleep(1)
                    print(reload.poll())
                    file.write("er alice\\nconfine root\\n"); file.close()
                    print(reload.wait())
                    END
                    /usr/bin/python3 writer.py; probe; /usr/bin/python3 bind.py 0.0.0.0 81 tcp
                    """
            ),
            "None\n0\nEPERM EPERM bound\nEPERM\n"
        )
    }

    @Test("Writers bring up to date what they need not change") func writersBringUpToDateWhatTheyNeedNotChange()
        async throws
    {
        expect(
            try await enforced(
                Self.confined + """
                    enable; able alice 83
                    echo 'allow user alice tcp 83' >> /etc/lowport/rules
                    lowport grant 83 --user alice; able alice 83
                    sed -i 's/80,82/80/' /etc/lowport/rules; able alice 82
                    lowport revoke 82 --user alice; able alice 82
                    """
            ),
            """
            EPERM
            unchanged: allow user alice tcp 83 (allowed by /etc/lowport/rules:3)
            bound
            bound
            unchanged
            EPERM

            """
        )
    }
}
