// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `nc` and `lowport-forward` say about a refused bind: what is missing in this state of the machine.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct RefusalHintTests {
    private func expect(_ script: String, _ output: String, _ location: SourceLocation = #_sourceLocation) async throws
    {
        let outcome = try await Sandbox.run(Self.prelude + script)
        #expect(outcome.output == ByteString(output), "\(outcome)", sourceLocation: location)
    }

    private static let prelude = """
        hints() { "$@" 2>&1 </dev/null | sed -n 's/^hint: //p'; }

        """

    @Test func `the hints are what is missing now`() async throws {
        try await expect(
            """
            hints as alice nc -l 80; hints as alice nc -lu 53; hints as alice nc -l 127.0.0.2 80
            lowport grant 80 --user alice --quiet
            hints as alice nc -l 80; hints as alice netcat -l 80
            hints as alice setpriv --no-new-privs nc -l 80
            """,
            """
            sudo lowport grant 80 --user alice
            lowport run nc -l 80
            lowport explain 80
            sudo lowport grant 53 --user alice --protocol udp
            lowport run nc -lu 53
            lowport explain 53 --udp
            sudo lowport grant 80 --user alice --on 127.0.0.2
            lowport run nc -l 127.0.0.2 80
            lowport explain 80 --on 127.0.0.2
            lowport run nc -l 80
            lowport explain 80
            lowport run netcat -l 80
            lowport explain 80
            sudo lowport enforce enable
            sudo lowport run --via ambient --user alice nc -l 80
            lowport explain 80

            """
        )
    }

    @Test func `no wrapper is a hint that the program has already`() async throws {
        try await expect(
            """
            hints as alice authbind nc -l 80; hints as alice lowport run --via preload nc -l 80
            hints as alice lowport run --via broker nc -l 80; hints as alice lowport forward 80 localhost:8080
            """,
            String(repeating: "sudo lowport grant 80 --user alice\nlowport explain 80\n", count: 4)
        )
    }

    @Test func `faulty rules are looked at first`() async throws {
        try await expect(
            """
            echo 'allow user alice tcp 80' > /etc/lowport/rules; echo alow >> /etc/lowport/rules
            hints as alice nc -l 80
            """,
            """
            lowport check
            sudo lowport edit
            lowport explain 80

            """
        )
    }

    @Test func `root in a sandbox is told of the sandbox, and not to grant`() async throws {
        try await expect(
            """
            cat > deny.py <<'.'
            import ctypes, os, struct, sys
            # Load the number of the call; bind has the given error, all others are allowed.
            code = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, int(sys.argv[2]), 6, 0, 0, 0x50000 | int(sys.argv[1]), 6, 0, 0, 0x7FFF0000)
            libc = ctypes.CDLL(None); program = ctypes.create_string_buffer(code)
            if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(program)))): sys.exit(9)
            os.execvp(sys.argv[3], sys.argv[3:])
            .
            bind=$(/usr/bin/python3 -c 'import os; print({"x86_64": 49, "aarch64": 200}[os.uname().machine])')
            hints /usr/bin/python3 deny.py 1 $bind nc -l 80
            hints as alice /usr/bin/python3 deny.py 1 $bind nc -l 80
            """,
            """
            outside of this sandbox, which nothing can lift from a process that is in it: lowport run nc -l 80
            lowport explain 80
            sudo lowport grant 80 --user alice
            outside of this sandbox, which nothing can lift from a process that is in it: lowport run nc -l 80
            lowport explain 80

            """
        )
    }

    /// With rights of its own, nc would start a program that its user may have put there.
    @Test func `nc with rights of its own starts nothing, and PATH and LD_PRELOAD have no say`() async throws {
        try await expect(
            """
            mkdir mine path; cp $BIN/nc mine/; chmod 755 mine
            printf '#!/bin/sh\\necho started >> /mnt/work/log; env >> /mnt/work/log; ls -l /proc/self/fd >> /mnt/work/log; echo hello\\n' > mine/lowport
            chmod 755 mine/lowport; cp mine/lowport path/; touch log; chmod 666 log
            chmod 4755 mine/nc; chown alice mine/nc; chmod 4755 mine/nc
            hints as bob mine/nc -l 80
            chown root mine/nc; chmod 755 mine/nc; setcap cap_net_raw+ep mine/nc; hints as bob mine/nc -l 80; setcap -r mine/nc
            cat log
            PATH=$T/path:$PATH LD_LIBRARY_PATH=/nowhere hints as bob mine/nc -l 80
            grep -c started log; grep -c ^LD_ log || :; grep -c socket: log || :
            rm mine/lowport; PATH=$T/path:$PATH hints as bob mine/nc -l 80; grep -c started log
            """,
            """
            lowport explain 80
            lowport explain 80
            hello
            1
            0
            0
            see lowport(8)
            1

            """
        )
    }

    @Test func `an answer that does not come, or is none, leaves one hint`() async throws {
        try await expect(
            """
            mkdir mine; cp $BIN/nc mine/
            answer() { printf '#!/bin/sh\\n%s\\n' "$1" > mine/lowport; chmod 755 mine/lowport; hints as bob timeout 20 mine/nc -l 80; }
            answer 'sleep 1000 & sleep 1000'; answer 'exit 71'; answer 'yes'; answer 'printf "a\\\\033[1mb\\\\n"'
            echo nothing > mine/lowport; hints as bob mine/nc -l 80
            """,
            """
            lowport explain 80
            lowport explain 80
            lowport explain 80
            lowport explain 80
            lowport explain 80

            """
        )
    }

    @Test func `explain shows the whole command line`() async throws {
        try await expect(
            """
            lowport grant 80 --user alice --quiet
            as alice lowport explain 81 -- nc -l 'a b' 81 | sed -n 's/^ *\\([0-9][.] \\)\\?lowport/lowport/p' || :
            as alice lowport explain 81 --hint -- nc -l 81 > out || echo $?; cat out
            as alice lowport explain 80 --hint -- nc -l 80; lowport explain 80 --hint
            for words in '--hint --json' '--hint --pid 1' '--program nc -- nc'; do lowport explain 80 $words >/dev/null 2>&1 || echo $?; done
            """,
            """
            lowport run nc -l 'a b' 81
            1
            sudo lowport grant 81 --user alice
            lowport run nc -l 81
            lowport explain 81
            lowport run nc -l 80
            lowport explain 80
            lowport explain 80
            64
            64
            64

            """
        )
    }
}
