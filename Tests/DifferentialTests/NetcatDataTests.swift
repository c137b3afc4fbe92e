// SPDX-License-Identifier: Apache-2.0
import Testing

/// What is sent arrives, from and to whatever the shell connects.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatDataTests {
    @Test(arguments: scenarios) func data(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let scenarios = [
        NetcatScenario(
            "a file to a file",
            """
            seq 1000000 >sent; $NC -l 8080 >got & server=$!; listening 8080
            $NC -N 127.0.0.1 8080 <sent
            wait $server; cmp sent got; echo $?
            """
        ),
        NetcatScenario(
            "a pipe to a pipe",
            """
            $NC -l 8080 | cksum >sum & listening 8080
            seq 1000000 | $NC -N 127.0.0.1 8080; until_true test -s sum; cat sum
            """
        ),
        NetcatScenario(
            "small blocks",
            """
            $NC -l 8080 | cksum >sum & listening 8080
            seq 200000 | dd bs=100 2>/dev/null | $NC -N 127.0.0.1 8080; until_true test -s sum; cat sum
            """
        ),
        NetcatScenario(
            "a slow reader",
            """
            $NC -l 8080 | { sleep 1; cksum; } >sum & listening 8080
            seq 1000000 | $NC -N 127.0.0.1 8080; until_true test -s sum; cat sum
            """
        ),
        NetcatScenario(
            "a slow writer",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            for i in 1 2 3 4 5; do echo $i; sleep 0.1; done | $NC -N 127.0.0.1 8080
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "to a file that is added to",
            """
            echo before >got; seq 200000 >sent; $NC -l 8080 >>got & server=$!; listening 8080
            $NC -N 127.0.0.1 8080 <sent
            wait $server; { echo before; cat sent; } | cmp - got; echo $?
            """
        ),
        NetcatScenario(
            "from the middle of a file",
            """
            seq 200000 >sent; $NC -l 8080 >got & server=$!; listening 8080
            { read line; read line; $NC -N 127.0.0.1 8080; } <sent
            wait $server; sed 1,2d sent | cmp - got; echo $?
            """
        ),
        NetcatScenario(
            "both ways at once",
            """
            $NC -l 8080 >a </dev/null & server=$!; listening 8080
            seq 300000 | $NC -N 127.0.0.1 8080 >b
            wait $server; cksum <a; cksum <b
            """
        ),
        NetcatScenario(
            "to /dev/null",
            """
            $NC -l 8080 >/dev/null & server=$!; listening 8080
            seq 1000000 | $NC -N 127.0.0.1 8080; echo $?
            wait $server; echo $?
            """
        ),
        NetcatScenario(
            "every byte",
            """
            python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 100)' >sent; $NC -l 8080 >got & server=$!; listening 8080
            $NC -N 127.0.0.1 8080 <sent
            wait $server; cmp sent got; echo $?
            """
        ),
        NetcatScenario(
            "-C at the edge of a block",
            """
            python3 -c 'print("x" * 16383 + "\\n" + "y" * 16383 + "\\r\\n" + "z", end="")' >sent; $NC -l 8080 >got & server=$!; listening 8080
            $NC -NC 127.0.0.1 8080 <sent
            wait $server; cksum <got
            """,
            difference: "the original adds a carriage return where one was the last of the block before"
        ),
        NetcatScenario(
            "nothing at all",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            $NC -N 127.0.0.1 8080 </dev/null; echo $?
            wait $server; echo $?; wc -c <got
            """
        ),
        NetcatScenario(
            "-t refuses negotiations and shows them",
            """
            printf 'a\\377\\375\\030\\377\\373\\001b' >talk; $NC -lN 8080 <talk >got & server=$!; listening 8080
            { sleep 1; } | $NC -tN 127.0.0.1 8080 2>/dev/null | od -c
            wait $server; od -c got
            """
        ),
        NetcatScenario(
            "-F hands the socket on",
            """
            python3 -c '
            import array, socket, subprocess, os
            a, b = socket.socketpair(socket.AF_UNIX)
            listener = socket.create_server(("127.0.0.1", 8080))
            subprocess.run([os.environ["CALLED"], "-F", "127.0.0.1", "8080"], stdout=b)
            _, controls, _, _ = a.recvmsg(1, 64)
            fds = array.array("i"); fds.frombytes(controls[0][2][:4])
            s = socket.socket(fileno=fds[0]); s.sendall(b"hello"); s.close()
            print(listener.accept()[0].recv(10))'
            """
        ),
        NetcatScenario(
            "SIGTERM",
            """
            $NC -l 8080 & server=$!; listening 8080
            exec 2>/dev/null; kill $server
            wait $server; echo $?
            """
        ),
        NetcatScenario(
            "SIGHUP",
            """
            $NC -l 8080 & server=$!; listening 8080
            exec 2>/dev/null; kill -HUP $server
            wait $server; echo $?
            """
        ),
        NetcatScenario(
            "a reset",
            """
            python3 -c 'import socket, struct
            s = socket.create_server(("127.0.0.1", 8080)); c, _ = s.accept(); c.recv(6); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()' & listening 8080
            echo hello | $NC -N 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "the reader is gone, input at its end",
            """
            yes | $NC -lN 8080 & listening 8080
            { timeout 3 $NC -N 127.0.0.1 8080 </dev/null; echo $? >status; } | head -1; until_true test -s status; cat status
            """
        ),
        NetcatScenario(
            "output that is closed",
            """
            echo hello | $NC -lN 8080 & listening 8080
            timeout 3 $NC -N 127.0.0.1 8080 </dev/null >&-; echo $?
            """
        ),
    ]
}
