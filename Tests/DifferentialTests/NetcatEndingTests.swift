// SPDX-License-Identifier: Apache-2.0
import Testing

/// How connections end: who passes an end on, who waits for whom, and with which status.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatEndingTests {
    @Test(arguments: scenarios) func ending(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let scenarios = [
        NetcatScenario(
            "a file is sent with -N",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            seq 100000 >sent; $NC -N 127.0.0.1 8080 <sent; echo $?
            wait $server; echo $?; cmp sent got
            """
        ),
        NetcatScenario(
            "without -N both wait for ever",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            echo hello | timeout 1 $NC 127.0.0.1 8080; echo $?
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "the listener's reply arrives after the end was passed on",
            """
            seq 4000000 >sent; echo request >asked; $NC -lN 8080 <sent >got & server=$!; listening 8080
            $NC -N 127.0.0.1 8080 <asked | cksum
            wait $server; echo $?; cat got
            """,
            difference: "the original stops sending when the client has nothing more to say, and loses the rest"
        ),
        NetcatScenario(
            "-q 0 still prints the reply",
            """
            echo reply | $NC -lN 8080 >got & server=$!; listening 8080
            echo request | $NC -q 0 127.0.0.1 8080; echo $?
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "-w ends a silent connection without an error",
            """
            sleep 3 | $NC -l 8080 & listening 8080
            $NC -w 1 127.0.0.1 8080 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "-w does not end what a slow reader still takes",
            """
            python3 -c 'import socket, time
            listener = socket.socket(); listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            listener.bind(("127.0.0.1", 8080)); listener.listen(); peer = listener.accept()[0]; count = 0
            while data := peer.recv(4000): count += len(data); time.sleep(0.1)
            print(count)' & server=$!; listening 8080
            head -c 200000 /dev/zero | $NC -N -w 2 -O 4096 127.0.0.1 8080; echo $?; wait $server
            """
        ),
        NetcatScenario(
            "a client outlives the peer while its input is open",
            """
            $NC -lN 8080 </dev/null & listening 8080
            sleep 5 | timeout 1 $NC 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "a listener ends with its client while its input is open",
            """
            mkfifo input; exec 3<>input
            $NC -l 8080 <input >got & server=$!; listening 8080
            echo hello | $NC -N 127.0.0.1 8080; echo $?
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "-d reads nothing and ends with the peer",
            """
            echo hello | $NC -lN 8080 >got & server=$!; listening 8080
            echo lost | $NC -d 127.0.0.1 8080; echo $?
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "-W 1 ends after the first packet",
            """
            { echo one; sleep 3; } | $NC -l 8080 & listening 8080
            $NC -W 1 127.0.0.1 8080 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "-C sends line feeds as CR LF, once",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            printf 'a\\nb\\r\\nc' | $NC -NC 127.0.0.1 8080
            wait $server; od -c got
            """
        ),
        NetcatScenario(
            "input that is closed prints nothing wrong",
            """
            echo hello | $NC -lN 8080 >got & server=$!; listening 8080
            $NC -N 127.0.0.1 8080 <&-; echo $?
            """,
            difference: "the original takes the socket for its standard input, and prints nothing"
        ),
        NetcatScenario(
            "-q ends a connection to a peer that never closes",
            """
            python3 -c 'import socket, time
            accepted = socket.create_server(("127.0.0.1", 8080)).accept()
            time.sleep(9)' & listening 8080
            echo hello | timeout 2 $NC -q 1 127.0.0.1 8080; echo $?
            """,
            difference: "the original never quits, whatever its manual says"
        ),
        NetcatScenario(
            "a full device",
            """
            $NC -l 8080 >/dev/full & server=$!; listening 8080
            echo hello | $NC -N 127.0.0.1 8080; wait $server; echo $?
            """,
            difference: "the original loses what it receives, and says nothing"
        ),
        NetcatScenario(
            "-w cuts a transfer off",
            """
            python3 -c 'import socket, time
            accepted = socket.create_server(("127.0.0.1", 8080)).accept()
            time.sleep(9)' & listening 8080
            head -c 30000000 /dev/zero | $NC -w 1 127.0.0.1 8080; echo $?
            """,
            difference: "the original loses the rest, and says nothing"
        ),
        NetcatScenario(
            "a reader who is gone ends it",
            """
            mkfifo hold; exec 3<>hold
            yes | $NC -l 8080 & listening 8080
            { timeout 2 $NC 127.0.0.1 8080 <hold; echo $? >status; } | head -1; cat status
            """,
            difference: "the original runs on for ever and throws away what it receives"
        ),
        NetcatScenario(
            "-k serves one client after the other",
            """
            $NC -lk 8080 </dev/null >got & listening 8080
            for word in one two three; do echo $word | $NC -N 127.0.0.1 8080; echo $?; done
            until_true grep -q three got; cat got
            """
        ),
        NetcatScenario(
            "-i keeps lines apart",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            start=$(date +%s); printf '1\n2\n' | timeout 5 $NC -N -i 1 127.0.0.1 8080; echo $?
            wait $server; cat got; test $(($(date +%s) - start)) -ge 2; echo $?
            """
        ),
        NetcatScenario(
            "-i longer than -w: the pause is not idleness",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            printf '1\n2\n' | timeout 60 $NC -N -i 2 -w 1 127.0.0.1 8080; echo $?; wait $server; cat got
            """
        ),
        NetcatScenario(
            "-i does not hold back what is received, by either side",
            """
            timeout 60 $NC -l -i 90 8080 >got </dev/null & server=$!; listening 8080
            printf '1\n2\n' | $NC -N 127.0.0.1 8080; wait $server; echo $?; cat got
            printf '1\n2\n' | $NC -N -l 8081 & listening 8081
            timeout 60 $NC -i 90 127.0.0.1 8081 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "-v tells about both ends",
            """
            $NC -lv 8080 >got 2>log & server=$!; listening 8080
            echo hello | $NC -Nv 127.0.0.1 8080
            wait $server; cat log got
            """,
            difference: "the original asks for the name of 0.0.0.0, and says that it could not instead of where it is"
        ),
        NetcatScenario(
            "-nv leaves names alone",
            """
            $NC -lnv 8080 >got 2>log & server=$!; listening 8080
            echo hello | $NC -nNv 127.0.0.1 8080
            wait $server; cat log got
            """
        ),
    ]
}
