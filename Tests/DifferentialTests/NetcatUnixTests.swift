// SPDX-License-Identifier: Apache-2.0
import Testing

/// Unix sockets: streams, datagrams, abstract names, and what is in the way.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatUnixTests {
    @Test(arguments: scenarios) func unix(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let scenarios = [
        NetcatScenario(
            "a stream",
            """
            $NC -lU sock >got & server=$!; listening_at sock
            echo hi | $NC -NU sock; echo $?
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "-v of a stream",
            """
            $NC -lvU sock >got 2>log & server=$!; listening_at sock
            echo hi | $NC -vNU sock
            wait $server; cat log
            """
        ),
        NetcatScenario(
            "the socket stays behind",
            """
            $NC -lU sock >got & server=$!; listening_at sock
            echo hi | $NC -NU sock
            wait $server; test -S sock; echo $?
            """
        ),
        NetcatScenario(
            "a socket that was left behind",
            """
            $NC -lU sock >got & server=$!; listening_at sock
            echo hi | $NC -NU sock
            wait $server; $NC -U sock; echo $?
            """
        ),
        NetcatScenario(
            "it is used again",
            """
            $NC -lU sock >got & server=$!; listening_at sock
            echo hi | $NC -NU sock
            wait $server; inode=$(stat -c %i sock); $NC -lU sock >again & server=$!; until_true sh -c 'grep -q sock /proc/net/unix'; echo ho | $NC -NU sock
            wait $server; cat again
            """
        ),
        NetcatScenario(
            "a file in its place",
            """
            echo precious >file; timeout 1 $NC -lU file; echo $?; cat file
            """,
            difference: "the original removes it"
        ),
        NetcatScenario(
            "no such path",
            """
            $NC -U nothing/here; echo $?
            """
        ),
        NetcatScenario(
            "a path that is too long",
            """
            $NC -U $(printf 'x%.0s' $(seq 200)) 2>errors; echo $?; grep -c 'too long' errors
            """
        ),
        NetcatScenario(
            "datagrams",
            """
            $NC -luU sock >got & server=$!; until_true test -S sock
            echo hi | timeout 1 $NC -uU sock; echo $?; until_true test -s got; cat got
            """
        ),
        NetcatScenario(
            "datagrams from a path of ours",
            """
            $NC -luU sock >got & server=$!; until_true test -S sock
            echo hi | timeout 1 $NC -uU -s ours sock; echo $?; until_true test -s got; cat got; ls
            """
        ),
        NetcatScenario(
            "-v of datagrams",
            """
            $NC -luvU sock >got 2>log & server=$!; until_true test -S sock
            echo hi | timeout 1 $NC -uvU -s ours sock; echo $?; until_true test -s got; cat got log
            """
        ),
        NetcatScenario(
            "-z of a path",
            """
            $NC -lU sock >got & listening_at sock
            $NC -zU sock; echo $?
            """
        ),
        NetcatScenario(
            "-z of a path where nobody is",
            """
            $NC -zU sock; echo $?
            """
        ),
        NetcatScenario(
            "an abstract name",
            """
            $NC -lU @name >got & server=$!; until_true grep -q @name /proc/net/unix; echo hi | $NC -NU @name
            wait $server; cat got; ls
            """
        ),
        NetcatScenario(
            "a large file",
            """
            seq 300000 >sent; $NC -lU sock >got & server=$!; listening_at sock
            $NC -NU sock <sent
            wait $server; cmp sent got; echo $?
            """
        ),
        NetcatScenario(
            "both ways",
            """
            seq 4000000 >sent; seq 50000 >asked; $NC -lNU sock <sent >got & server=$!; listening_at sock
            $NC -NU sock <asked | cksum
            wait $server; cksum <got
            """,
            difference: "the original ends with the client's end of file, and loses what it had not yet sent"
        ),
        NetcatScenario(
            "-k",
            """
            $NC -lkU sock </dev/null >got & listening_at sock
            echo one | $NC -NU sock; echo two | $NC -NU sock; until_true grep -q two got; cat got
            """
        ),
        NetcatScenario(
            "the longest abstract name",
            """
            name=@$(printf %0107d 0); $NC -lU $name >got & server=$!; until_true grep -q $name /proc/net/unix
            echo hi | $NC -NU $name; echo $?; wait $server; cat got; timeout 5 $NC -lU ${name}0; echo $?
            """
        ),
        NetcatScenario(
            "a path that is too long",
            """
            $NC -lU $(printf %0108d 0); echo $?; $NC -U $(printf %0108d 0); echo $?
            """
        ),
        NetcatScenario(
            "a sender of datagrams who is gone when they are looked at",
            """
            timeout 5 $NC -luU -W 1 sock >got & server=$!; until_true test -S sock; kill -STOP $server
            echo hi | $NC -uUq 0 sock; kill -CONT $server
            wait $server; echo $?; cat got
            """,
            difference: "the original ends because it cannot answer, and loses the datagram"
        ),
    ]
}
