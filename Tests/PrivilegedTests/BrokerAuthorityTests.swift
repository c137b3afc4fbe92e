// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The supervisor binds nothing itself, and the helper is asked for the starter alone (`BindAuthority`).
///
/// Port 81 is for everybody and 82 for nobody. Whoever is not the starter gets neither.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct BrokerAuthorityTests: SandboxSuite {
    private static let both = "tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82"

    static let prelude = BrokerTests.prelude + "B='\(both)'\n"

    @Test(
        "Who has no right gets no port in a tree of root",
        arguments: [
            // Capabilities given up.
            "capsh --drop=all -- -c \"$P $B\"",
            "capsh --drop=cap_net_bind_service -- -c \"$P $B\"",
            "setpriv --bounding-set -all --inh-caps -all $P $B",
            // A user namespace, with and without capabilities in it, where root is somebody.
            "setpriv --reuid 1001 --regid 1001 --clear-groups unshare -U -r $P $B", "unshare -U -r $P $B",
            "unshare -U $P $B",
            // A network namespace of its own, without a right in it.
            "unshare -n sh -c \"ip link set lo up; capsh --drop=all -- -c '$P $B'\"",
            "unshare -U -r -n sh -c \"ip link set lo up; capsh --drop=all -- -c '$P $B'\"",
            // Somebody else, wholly or in part.
            "setpriv --reuid 1001 --regid 1001 --clear-groups $P $B",
            "/usr/bin/python3 ids.py 0 1001 0 $P $B", "/usr/bin/python3 ids.py 1001 1001 0 $P $B",
            "/usr/bin/python3 ids.py 0 1001 1001 $P $B",
        ]
    )
    func whoHasNoRightGetsNoPortInATreeOfRoot(program: String) async throws {
        try await expect(
            """
            cat > ids.py <<'END'
            import os, sys
            real, effective, saved = map(int, sys.argv[1:4])
            os.setresuid(real, effective, saved); os.execv(sys.argv[4], sys.argv[4:])
            END
            $RUN \(program)
            """,
            "bind 13\nbind 13\n"
        )
    }

    @Test("A right that was given up does not come back by the supervisor")
    func aRightThatWasGivenUpDoesNotComeBackByTheSupervisor() async throws {
        try await expect(
            """
            ambient() { setpriv --reuid alice --regid alice --init-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service "$@"; }
            ambient $RUN $P $B
            ambient $RUN setpriv --inh-caps -all --ambient-caps -all $P $B
            ambient $RUN capsh --drop=all -- -c "$P $B" 2>/dev/null || ambient $RUN setpriv --ambient-caps -net_bind_service $P $B
            """,
            "bind ok\nbind ok\nbind 13\nbind 13\nbind 13\nbind 13\n"
        )
    }

    @Test("The starter gets what is allowed") func theStarterGetsWhatIsAllowed() async throws {
        try await expect(
            """
            as alice $RUN $P $B
            $RUN $P $B
            as alice $RUN sh -c "$P $B & wait; exec $P $B"
            """,
            "bind ok\nbind 1\nbind ok\nbind ok\nbind ok\nbind 1\nbind ok\nbind 1\n"
        )
    }

    @Test("A program of the starter in namespaces of its own is left to the kernel")
    func aProgramOfTheStarterInNamespacesOfItsOwnIsLeftToTheKernel() async throws {
        // The first bind has the helper listen by itself, so that the rows are its own.
        try await expect(
            """
            as alice $RUN sh -c "$P $B; unshare -U $P $B; unshare -U -r $P $B
                unshare -U -r -n sh -c \\"ip link set lo up; $P $B; capsh --drop=all -- -c '$P $B'\\""
            """,
            "bind ok\nbind 1\nbind 13\nbind 13\nbind 13\nbind 13\nbind ok\nbind ok\nbind 13\nbind 13\n"
        )
    }

    @Test("A socket of another network is left to the kernel") func aSocketOfAnotherNetworkIsLeftToTheKernel()
        async throws
    {
        // Who owns the user namespace that owns the network may bind every port there: no rule is about those.
        try await expect(
            """
            cat > elsewhere.py <<'END'
            import os, socket, ctypes
            def bind(s, port):
                try: s.bind(("127.0.0.1", port)); print("bound", port)
                except OSError as e: print(e.errno, port)
            bind(socket.socket(), 81)
            ours, theirs = socket.socketpair()
            if os.fork() == 0:
                # Its own user and network namespace; the socket is sent out of it.
                assert ctypes.CDLL(None, use_errno=True).unshare(0x10000000 | 0x40000000) == 0
                there = socket.socket(); socket.send_fds(theirs, [b"x"], [there.fileno()]); os._exit(0)
            theirs.close(); os.wait()
            _, (there,), _, _ = socket.recv_fds(ours, 1, 1)
            bind(socket.socket(fileno=there), 82)
            END
            as alice $RUN /usr/bin/python3 elsewhere.py
            """,
            "bound 81\nbound 82\n"
        )
    }

    @Test("What the threshold opens meanwhile is open") func whatTheThresholdOpensMeanwhileIsOpen() async throws {
        try await expect(
            """
            : > out; mkfifo go; exec 5<>go; as alice $RUN $P tcp4 bind 127.0.0.1 82 input tcp4 bind 127.0.0.1 82 > out <&5 &
            until [ -s out ]; do sleep 0.05; done
            echo 80 > /proc/sys/net/ipv4/ip_unprivileged_port_start; echo >&5; wait; cat out
            """,
            "bind 1\nbind ok\n"
        )
    }

    @Test("A proc mount of another PID namespace is not believed") func aProcMountOfAnotherPidNamespaceIsNotBelieved()
        async throws
    {
        // Numbers of threads mean others there, and what they are is not what the caller is.
        try await expect(
            "unshare --pid --fork $RUN capsh --drop=all -- -c \"$P $B\"; unshare --pid --fork --mount-proc $RUN $P $B",
            "bind 13\nbind 13\nbind ok\nbind ok\n"
        )
    }
}
