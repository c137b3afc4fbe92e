// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Pins that are somebody else's, or not all there, and programs that somebody keeps attached.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelPinTests: KernelSuite {
    private static let tools: ByteString = """
        cat > bpf.py <<'END'
        import ctypes, os, struct, sys, time
        libc = ctypes.CDLL(None, use_errno=True)
        def bpf(command, *words, form):
            attributes = ctypes.create_string_buffer(struct.pack(form, *words), 120)
            result = libc.syscall(321, command, attributes, 120)
            if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return result
        def text(path):
            buffer = ctypes.create_string_buffer(path.encode()); keep.append(buffer)
            return ctypes.addressof(buffer)
        keep = []
        def get(path): return bpf(7, text(path), 0, 0, form="=QII")
        def pin(fd, path): bpf(6, text(path), fd, 0, form="=QII")
        def array(size): return bpf(0, 2, 4, size, 1, form="=IIII")
        END
        W=$PWD; py() { PYTHONPATH=$W /usr/bin/python3 -c "from bpf import *; $1"; }
        P=/sys/fs/bpf/lowport

        """

    @Test(
        "A stranger's directory is named and left alone",
        arguments: [
            ("as alice mkdir $P", "belongs to user alice (uid 1001)"),
            ("as alice mkdir -m 777 $P", "belongs to user alice (uid 1001)"),
            ("as alice ln -s /sys/fs/bpf $P", "is no directory, and belongs to user alice (uid 1001)"),
            (
                "mkdir -m 777 /sys/fs/bpf/x; as alice ln -s x $P",
                "is no directory, and belongs to user alice (uid 1001)"
            ),
            ("mkdir $P", "has mode 0755, must have 0700"), ("mkdir -m 700 $P; chmod 1700 $P", "has mode 1700"),
            ("chown alice /sys/fs/bpf", "belongs to user alice (uid 1001)"),
            ("chmod 777 /sys/fs/bpf", "has mode 0777, so that others may take away what is in it"),
            ("mkdir -m 700 $P; mount -t tmpfs -o mode=0700 tmpfs $P", "is in no BPF file system"),
        ] as [(ByteString, ByteString)]
    )
    func aStrangersDirectoryIsNamedAndLeftAlone(obstacle: ByteString, reason: ByteString) async throws {
        let outcome = try await enforced(
            Self.tools + """
                umount /sys/fs/bpf; mount -t bpf -o mode=1777 bpf /sys/fs/bpf
                printf 'allow user alice tcp 80\\n' > /etc/lowport/rules
                \(obstacle)
                before=$(ls -ld $P 2>&1) || :
                echo $(status enable) $(status lowport enforce reload) $(status lowport enforce status) $(status lowport enforce disable)
                echo $(status lowport grant 81 --user alice) $(grep -c 81 /etc/lowport/rules)
                echo $(status lowport revoke 80 --user alice) $(grep -c 80 /etc/lowport/rules)
                grep -c '\(reason)' errors
                find /sys/fs/bpf -name bind4; [ "$before" = "$(ls -ld $P 2>&1)" ] && echo kept
                """
        )
        expect(outcome, "78 78 78 78\n78 0\n78 0\n6\nkept\n")
    }

    @Test("An ordinary user makes no directory where root's is to be") func ordinaryUsersMakeNone() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    umount /sys/fs/bpf; mount -t bpf -o mode=1777 bpf /sys/fs/bpf
                    status as alice lowport enforce enable; cat errors; ls /sys/fs/bpf | grep lowport || echo none; status enable; stat -c %U $P
                    """
            ),
            """
            77
            lowport: cannot read or change what the kernel enforces: permission denied
            hint: run it as root, with sudo
            none
            0
            root

            """
        )
    }

    @Test("Afterwards the directory is made") func afterwardsTheDirectoryIsMade() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    umount /sys/fs/bpf; mount -t bpf -o mode=1777 bpf /sys/fs/bpf
                    lowport grant -q 80 --user alice; as alice mkdir $P; status enable; as alice rmdir $P; status enable
                    stat -c '%U %a' $P; try_bind alice 127.0.0.1 80
                    as alice mv $P /sys/fs/bpf/mine 2> said || echo kept; as alice rmdir $P 2> said || echo kept
                    umask 0; lowport enforce disable; mkdir -m 2777 /sys/fs/bpf/g; umask 077; enable; stat -c %a $P
                    """
            ),
            "78\n0\nroot 700\nbound\nkept\nkept\n700\n"
        )
    }

    @Test("Half a set is an error") func halfASetIsAnError() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    for name in bind4 bind6 events counters rules statistics sources settings confined; do
                        printf 'allow user alice tcp 80,82\\n' > /etc/lowport/rules; status enable > said
                        rm $P/$name
                        echo $name $(status lowport enforce status) $(status lowport enforce reload) $(status enable) \\
                            $(status lowport grant 81 --user alice) $(grep -c 81 /etc/lowport/rules) \\
                            $(status lowport revoke 82 --user alice) $(grep -c 82 /etc/lowport/rules) \\
                            $(status lowport log) $(status lowport enforce disable) $(try_bind alice 127.0.0.1 80)
                        [ ! -e $P ]
                    done
                    grep -c 'it has no bind6' errors
                    """
            ),
            """
            bind4 78 78 78 78 0 78 0 78 0 EACCES
            bind6 78 78 78 78 0 78 0 78 0 EACCES
            events 78 78 78 78 0 78 0 78 0 EACCES
            counters 78 78 78 78 0 78 0 78 0 EACCES
            rules 78 78 78 78 0 78 0 78 0 EACCES
            statistics 78 78 78 78 0 78 0 78 0 EACCES
            sources 78 78 78 78 0 78 0 78 0 EACCES
            settings 78 78 78 78 0 78 0 78 0 EACCES
            confined 78 78 78 78 0 78 0 78 0 EACCES
            6

            """
        )
    }

    @Test(
        "A pin that is not what was loaded is an error",
        arguments: [
            "cd $P; mv bind4 x; mv bind6 bind4; mv x bind6",
            "cd $P; rm statistics; py 'pin(array(64), \"/sys/fs/bpf/lowport/statistics\")'",
            "cd $P; rm settings; py 'pin(array(4308), \"/sys/fs/bpf/lowport/settings\")'",
            "cd $P; rm settings; py 'pin(array(9000), \"/sys/fs/bpf/lowport/settings\")'",
            "cd $P; mv rules x; mv sources rules; mv x sources", "chmod 644 $P/bind4", "chown alice $P/bind6",
            "rm $P/bind4; mkdir $P/bind4", "rm $P/bind4; ln -s bind6 $P/bind4",
            "cd $P; rm bind4; py 'pin(get(\"/sys/fs/bpf/lowport/events\"), \"/sys/fs/bpf/lowport/bind4\")'",
            "py 'bpf(34, get(\"/sys/fs/bpf/lowport/bind4\"), form=\"=I\")'",
        ] as [ByteString]
    )
    func aPinThatIsNotWhatWasLoadedIsAnError(change: ByteString) async throws {
        expect(
            try await enforced(
                Self.tools + """
                    printf 'allow user alice tcp 80,82\\nconfine user bob\\n' > /etc/lowport/rules; status enable
                    (\(change))
                    echo $(status lowport enforce status) $(status lowport enforce reload)
                    echo alow > /etc/lowport/rules.d/more.rules
                    echo $(status lowport revoke 82 --user alice) $(grep -c 82 /etc/lowport/rules)
                    """
            ),
            "0\n78 78\n78 0\n"
        )
    }

    /// Who is confined is read only by a change of rules with errors; a reload of rules without errors writes it anew.
    @Test("Another record of the confined is an error") func anotherRecordOfTheConfinedIsAnError() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    printf 'allow user alice tcp 80,82\\nconfine user bob\\n' > /etc/lowport/rules; status enable
                    replace() { (cd $P; rm confined; py 'pin(array(8), "/sys/fs/bpf/lowport/confined")'); }
                    replace; echo alow > /etc/lowport/rules.d/more.rules
                    echo $(status lowport revoke 82 --user alice) $(grep -c 82 /etc/lowport/rules) $(try_bind alice 127.0.0.1 82)
                    rm /etc/lowport/rules.d/more.rules; status lowport enforce reload; try_bind alice 127.0.0.1 82
                    """
            ),
            "0\n78 0 bound\n0\nEACCES\n"
        )
    }

    /// Whoever holds a link, or another pin of it, keeps no grant alive.
    @Test(
        "Disable detaches for all",
        arguments: [
            "py 'pin(get(\"/sys/fs/bpf/lowport/bind4\"), \"/sys/fs/bpf/mine\")'", "ln $P/bind4 /sys/fs/bpf/mine",
            "py 'get(\"/sys/fs/bpf/lowport/bind4\"); open(\"held\", \"w\"); time.sleep(600)' & until [ -e held ]; do sleep 0.05; done",
        ] as [ByteString]
    )
    func disableDetachesForAll(holding: ByteString) async throws {
        expect(
            try await enforced(
                Self.tools + """
                    lowport grant -q 80 --user alice; enable; try_bind alice 127.0.0.1 80
                    \(holding)
                    status lowport enforce disable; try_bind alice 127.0.0.1 80
                    status lowport enforce status; status enable; try_bind alice 127.0.0.1 80
                    status lowport enforce disable; try_bind alice 127.0.0.1 80
                    """
            ),
            "bound\n0\nEACCES\n1\n0\nbound\n0\nEACCES\n"
        )
    }

    /// Somebody has taken the pins and kept the links.
    @Test("Programs without pins are found", arguments: ["disable", "enable"]) func programsWithoutPinsAreFound(
        way: ByteString
    ) async throws {
        let end: ByteString =
            way == "disable"
            ? "status lowport enforce disable; try_bind alice 127.0.0.1 80; status lowport enforce status"
            : "status enable; lowport revoke -q 80 --user alice; try_bind alice 127.0.0.1 80; status lowport enforce status"
        expect(
            try await enforced(
                Self.tools + """
                    lowport grant -q 80,82 --user alice; enable
                    py 'pin(get("/sys/fs/bpf/lowport/bind4"), "/sys/fs/bpf/mine")'; rm -r $P
                    try_bind alice 127.0.0.1 80
                    echo $(status lowport enforce status) $(status lowport enforce reload)
                    echo $(status lowport grant 81 --user alice) $(grep -c 81 /etc/lowport/rules)
                    echo $(status lowport revoke 82 --user alice) $(grep -c 82 /etc/lowport/rules)
                    grep -c 'a program of Lowport is attached without its pin' errors
                    \(end)
                    """
            ),
            way == "disable"
                ? "bound\n78 1\n78 0\n78 0\n3\n0\nEACCES\n1\n" : "bound\n78 1\n78 0\n78 0\n3\n0\nEACCES\n0\n"
        )
    }

    /// As the unit stops it: links are not to be found by their numbers, but what is attached is.
    @Test("Without the sight of all links nothing is left unsaid") func withoutTheSightOfAllLinksNothingIsLeftUnsaid()
        async throws
    {
        expect(
            try await enforced(
                Self.tools + """
                    less() { setpriv --bounding-set -sys_admin "$@"; }
                    lowport grant -q 80 --user alice; enable
                    status less lowport enforce disable; try_bind alice 127.0.0.1 80; [ ! -e $P ]
                    enable; py 'pin(get("/sys/fs/bpf/lowport/bind4"), "/sys/fs/bpf/mine")'; rm $P/bind4
                    status less lowport enforce disable; status less lowport enforce disable; try_bind alice 127.0.0.1 80
                    grep -c 'a program of Lowport is attached without its pin' errors
                    status lowport enforce disable; try_bind alice 127.0.0.1 80
                    """
            ),
            "0\nEACCES\n78\n78\nbound\n2\n0\nEACCES\n"
        )
    }

    @Test("Another engine is nobody's business") func anotherEngineIsNobodysBusiness() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    lowport grant -q 80 --user alice; enable
                    unshare --net --mount sh -c 'ip link set lo up; mount -t bpf bpf /sys/fs/bpf; mount -t tmpfs tmpfs /run
                        lowport enforce status > said 2>&1 || echo "status $?"
                        lowport enforce enable --cgroup "$0"; lowport enforce disable; lowport enforce disable' "$G"
                    try_bind alice 127.0.0.1 80; status lowport enforce status
                    """
            ),
            "status 1\nunchanged: the kernel engine is not enabled\nbound\n0\n"
        )
    }
}
