// SPDX-License-Identifier: Apache-2.0
import Testing

/// Datagrams: their bounds, who is heard, and when it ends.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatDatagramTests {
    @Test(arguments: scenarios) func datagrams(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let scenarios = [
        NetcatScenario(
            "a datagram arrives",
            """
            $NC -lu 8080 >got & server=$!; bound 8080
            echo hello | timeout 2 $NC -u -w 1 127.0.0.1 8080; echo $?; until_true test -s got; cat got
            """
        ),
        NetcatScenario(
            "-w ends both",
            """
            $NC -lu -w 1 8080 >got & server=$!; bound 8080
            echo hello | $NC -u -w 1 127.0.0.1 8080; echo $?
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "neither ends by itself",
            """
            $NC -lu 8080 >got & bound 8080
            echo hello | timeout 1 $NC -u 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-N does not end it",
            """
            $NC -lu 8080 >got & bound 8080
            echo hello | timeout 1 $NC -uN 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-q 0 ends it",
            """
            $NC -lu 8080 >got & bound 8080
            echo hello | timeout 2 $NC -u -q 0 127.0.0.1 8080; echo $?; until_true test -s got; cat got
            """
        ),
        NetcatScenario(
            "-q 1 ends it",
            """
            $NC -lu 8080 >got & bound 8080
            echo hello | timeout 3 $NC -u -q 1 127.0.0.1 8080; echo $?; cat got
            """
        ),
        NetcatScenario(
            "an answer arrives, and -W 1 ends it",
            """
            echo answer | $NC -lu 8080 >got & bound 8080
            echo hello | timeout 3 $NC -u -W 1 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-v of a listener",
            """
            $NC -lunv -w 1 8080 >got 2>log & server=$!; bound 8080
            echo hello | $NC -u -w 1 127.0.0.1 8080
            wait $server; cat log got
            """
        ),
        NetcatScenario(
            "-k hears everybody",
            """
            $NC -luk 8080 >got & bound 8080
            for word in one two three; do echo $word | $NC -u -q 0 127.0.0.1 8080; done; until_true grep -q three got; cat got
            """
        ),
        NetcatScenario(
            "-k -v says nothing about them",
            """
            $NC -luknv 8080 >got 2>log & bound 8080
            echo one | $NC -u -q 0 127.0.0.1 8080; until_true grep -q one got; cat log
            """
        ),
        NetcatScenario(
            "a second peer is refused",
            """
            $NC -lu 8080 >got & bound 8080
            echo one | $NC -u -q 0 -p 7001 127.0.0.1 8080; until_true grep -q one got; { echo two; sleep 0.2; echo more; sleep 0.2; } | timeout 2 $NC -u -w 1 -p 7002 127.0.0.1 8080; echo $?; cat got
            """
        ),
        NetcatScenario(
            "pieces of 16384 bytes",
            """
            python3 -c 'import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 8080)); s.settimeout(2)
            for i in range(3): print(len(s.recv(65536)))' & server=$!; bound 8080
            head -c 40000 /dev/zero >data; $NC -u -q 0 127.0.0.1 8080 <data
            wait $server
            """
        ),
        NetcatScenario(
            "a large datagram",
            """
            $NC -lu -w 1 8080 >got & server=$!; bound 8080
            python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b"x" * 20000, ("127.0.0.1", 8080))'
            wait $server; wc -c <got
            """,
            difference: "the original cuts it off after 16384 bytes"
        ),
        NetcatScenario(
            "an empty datagram",
            """
            $NC -lu -w 1 8080 >got & server=$!; bound 8080
            python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); [s.sendto(b, ("127.0.0.1", 8080)) for b in (b"a", b"", b"b")]'
            wait $server; cat got
            """,
            difference: "the original takes it for the end"
        ),
        NetcatScenario(
            "-v adds nothing to the data",
            """
            $NC -lu -w 2 8080 >got & server=$!; bound 8080
            echo hello | timeout 5 $NC -uv -w 1 127.0.0.1 8080 2>log
            wait $server; cat got
            """,
            difference: "the original sends five X in front of it"
        ),
        NetcatScenario(
            "-z of an open port",
            """
            $NC -lu 8080 >got & bound 8080
            timeout 9 $NC -zu -w 1 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-zv of an open port",
            """
            $NC -lu 8080 >got & bound 8080
            timeout 9 $NC -zuv -w 1 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-zv of ports of which the last is closed",
            """
            $NC -luk 127.0.0.1 8080 >/dev/null & bound 8080
            $NC -zuv -w 1 127.0.0.1 8079-8081; echo $?
            """
        ),
        NetcatScenario(
            "-zv sends its last byte at the end",
            """
            $NC -luk 127.0.0.1 8080 >got & bound 8080
            $NC -zuv -w 1 127.0.0.1 8080; echo $?
            until_true grep -q XXX got; cat got
            """
        ),
        NetcatScenario(
            "-zv of a closed port",
            """
            timeout 9 $NC -zuv -w 1 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-z of a closed port",
            """
            timeout 9 $NC -zu -w 1 127.0.0.1 8080; echo $?
            """,
            difference: "the original does not ask, and says that it is open"
        ),
        NetcatScenario(
            "nobody is there",
            """
            { echo one; sleep 0.3; echo two; sleep 0.3; } | timeout 3 $NC -u -w 2 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "IPv6",
            """
            $NC -6lu -w 1 8080 >got & server=$!; bound 8080
            echo hello | $NC -u -w 1 ::1 8080
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "-k outlives a silence",
            """
            timeout 3 $NC -luk -w 1 8080 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "-k outlives -W",
            """
            $NC -luk -W 1 8080 </dev/null >got & bound 8080
            for word in one two three; do echo $word | $NC -uq 0 127.0.0.1 8080; done
            until_true grep -q three got; cat got
            """
        ),
        NetcatScenario(
            "a refusal ends it without a word",
            """
            echo reply >reply; $NC -lunv -w 5 8080 <reply >got 2>log & server=$!; bound 8080; kill -STOP $server
            echo hi | $NC -uq 0 127.0.0.1 8080; kill -CONT $server
            wait $server; echo $?; cat log
            """
        ),
        NetcatScenario(
            "the address that was asked goes on receiving",
            """
            $NC -lu 8080 >got & bound 8080
            mkfifo words; timeout 5 $NC -u -s 127.0.0.1 127.0.0.9 8080 <words & exec 3>words
            echo one >&3; until_true grep -q one got; echo two >&3; echo three >&3
            until_true grep -q three got 2>/dev/null; cat got
            """,
            difference: "the original refuses what follows the first datagram"
        ),
    ]
}
