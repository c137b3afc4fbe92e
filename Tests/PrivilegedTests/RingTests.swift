// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What there is of io_uring(7).
enum Ring {
    /// Whether it is there for everybody, and can bind.
    static func isThere() async throws -> Bool {
        try await Sandbox.run("as bob bind-probe ring tcp4 ring-bind 127.0.0.1 0").output == "ring-bind ok\n"
    }
}

/// Binds by io_uring(7), of which no filter of system calls hears: `IORING_OP_BIND`, Linux 6.11.
@Suite(
    .enabled(if: Privilege.isRoot, "needs root"),
    .enabled("needs IORING_OP_BIND, and kernel.io_uring_disabled of 0") { try await Ring.isThere() },
    .serialized
)
struct RingTests: KernelSuite {
    private static let tools: ByteString = """
        ambient() { setpriv --reuid 1001 --regid 1001 --clear-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service "$@"; }
        said() { "$@" | tr '\\n' ' '; echo; }

        """

    @Test("The broker and the library allow nothing by io_uring") func theBrokerAndTheLibraryAllowNothingByIt()
        async throws
    {
        let outcome = try await Sandbox.run(
            """
            touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81
            ways="tcp4 ring-bind 127.0.0.1 82 tcp4 ring-bind 127.0.0.2 81 ring-async tcp4 ring-bind 127.0.0.2 81 tcp4 ring-bind 127.0.0.1 8081"
            for ring in ring ring-thread; do
                for start in "$LIBEXEC/lowport-run --via broker" "authbind --deep" ""; do
                    echo $(as alice $start bind-probe $ring $ways)
                done
                # While the helper listens, and what it gives to bind(2) alone.
                echo $(as alice $LIBEXEC/lowport-run --via broker bind-probe tcp4 bind 127.0.0.1 81 $ring $ways)
                # A program without rights in a tree of root.
                echo $($LIBEXEC/lowport-run --via broker capsh --drop=all -- -c "bind-probe $ring $ways")
            done
            """
        )
        let refused = "ring-bind 13 ring-bind 13 ring-bind 13 ring-bind ok\n"
        let each = refused + refused + refused + "bind ok " + refused + refused
        #expect(outcome.output == ByteString(each + each), "\(outcome)")
    }

    @Test("The kernel engine judges io_uring") func theKernelEngineJudgesIt() async throws {
        let outcome = try await enforced(
            Self.tools + """
                printf 'allow user alice any 80\\nconfine user alice\\n' > /etc/lowport/rules
                ways="tcp4 ring-bind 127.0.0.1 80 tcp4 ring-bind 127.0.0.1 82 ring-async tcp4 ring-bind 127.0.0.2 80 udp6 ring-bind ::1 82"
                said ambient bind-probe ring $ways
                enable
                for ring in ring ring-thread; do
                    said ambient bind-probe $ring $ways; said as alice bind-probe $ring $ways; said as bob bind-probe $ring $ways
                done
                lowport log --user alice | grep -c refused
                """
        )
        expect(
            outcome,
            """
            ring-bind ok ring-bind ok ring-bind ok ring-bind ok 
            ring-bind ok ring-bind 1 ring-bind ok ring-bind 1 
            ring-bind ok ring-bind 1 ring-bind ok ring-bind 1 
            ring-bind 13 ring-bind 13 ring-bind 13 ring-bind 13 
            ring-bind ok ring-bind 1 ring-bind ok ring-bind 1 
            ring-bind ok ring-bind 1 ring-bind ok ring-bind 1 
            ring-bind 13 ring-bind 13 ring-bind 13 ring-bind 13 
            8

            """
        )
    }

    /// The kernel carries an order out with the credentials that belong to it, and by those it is judged: what root left in a
    /// ring is root's.
    @Test("The credentials of the order decide") func theCredentialsOfTheOrderDecide() async throws {
        let outcome = try await enforced(
            Self.tools + """
                remembered() { said bind-probe ring ring-remember become 1001 tcp4 ring-bind 127.0.0.1 82 ring-forget tcp4 ring-bind 127.0.0.1 83; }
                # A thread of the kernel that root had made, for an order of alice.
                worker() { said bind-probe ring ring-async tcp4 ring-bind 127.0.0.1 84 become 1001 tcp4 ring-bind 127.0.0.1 82; }
                thread() { said bind-probe ring-thread become 1001 tcp4 ring-bind 127.0.0.1 82; }
                echo 'confine user alice' > /etc/lowport/rules; enable; remembered; worker; thread
                echo 'confine root' >> /etc/lowport/rules; lowport enforce reload; remembered; worker; thread
                lowport log | sed 's/.*refused uid \\([0-9]*\\) .*/\\1/' | tail -n 5 | tr '\\n' ' '
                """
        )
        expect(
            outcome,
            """
            ring-bind ok ring-bind 1 
            ring-bind ok ring-bind 1 
            ring-bind ok 
            ring-bind 1 ring-bind 1 
            ring-bind 1 ring-bind 1 
            ring-bind 1 
            0 1001 0 1001 0 
            """
        )
    }

    @Test("The threads of io_uring are in the group of their process") func itsThreadsAreInTheGroupOfTheirProcess()
        async throws
    {
        let outcome = try await enforced(
            Self.tools + """
                echo 'confine root' > /etc/lowport/rules; mkdir "$G/in"; lowport enforce enable --cgroup "$G/in"
                for ring in 'ring ring-async' ring-thread; do
                    said bind-probe $ring tcp4 ring-bind 127.0.0.1 81 enter-group "$G/in/cgroup.procs" \\
                        tcp4 ring-bind 127.0.0.1 82 enter-group "$G/cgroup.procs" tcp4 ring-bind 127.0.0.1 83
                done
                until rmdir "$G/in"; do sleep 0.05; done
                """
        )
        expect(
            outcome,
            "ring-bind ok ring-bind 1 ring-bind ok \nring-bind ok ring-bind 1 ring-bind ok \n"
        )
    }
}
