// SPDX-License-Identifier: Apache-2.0
import Testing

/// Where is listened, who may connect, and what is said about it.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatListeningTests {
    @Test(arguments: scenarios) func listening(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let scenarios = [
        NetcatScenario(
            "-l PORT",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080; echo $?
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "-l -p PORT",
            """
            $NC -l -p 8080 >got & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; echo $?; cat got
            """
        ),
        NetcatScenario(
            "-l ADDRESS PORT",
            """
            $NC -l 127.0.0.1 8080 >got & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "-l -s ADDRESS -p PORT",
            """
            $NC -l -s 127.0.0.1 -p 8080 >got & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "-l -s ADDRESS PORT",
            """
            $NC -l -s 127.0.0.1 8080 >got & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; cat got
            """,
            difference: "the original takes the port of -s from -p alone"
        ),
        NetcatScenario(
            "options behind operands",
            """
            $NC 8080 -l >got & server=$!; listening 8080
            echo hi | $NC 127.0.0.1 8080 -N -w 2
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "clusters",
            """
            $NC -lnvp 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -nNw2 127.0.0.1 8080
            wait $server; cat got log
            """
        ),
        NetcatScenario(
            "-l by the name of a service",
            """
            $NC -l http-alt >got & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 http-alt
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "-l localhost",
            """
            $NC -l localhost 8080 >got & server=$!; listening 8080
            echo hi | $NC -N localhost 8080
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "-6 -l",
            """
            $NC -6l 8080 >got & server=$!; listening 8080
            echo hi | $NC -N ::1 8080
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "-6 -l takes IPv4 as well",
            """
            $NC -6lnv 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; cat got log
            """
        ),
        NetcatScenario(
            "-4 -l takes IPv4 alone",
            """
            $NC -4l 8080 >got & listening 8080
            echo hi | $NC -Nv ::1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-l takes IPv4 alone",
            """
            $NC -l 8080 >got & listening 8080
            echo hi | $NC -Nv ::1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-lnv says where",
            """
            $NC -lnv 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; cat log
            """
        ),
        NetcatScenario(
            "-lnv on one address",
            """
            $NC -lnv 127.0.0.1 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; cat log
            """
        ),
        NetcatScenario(
            "-lv on localhost",
            """
            $NC -lv 127.0.0.1 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -N 127.0.0.1 8080
            wait $server; cat log
            """
        ),
        NetcatScenario(
            "a busy port is refused",
            """
            $NC -l 8080 & listening 8080
            timeout 1 $NC -l 8080; echo $?
            """,
            difference: "the original sets SO_REUSEPORT, and both share the connections"
        ),
        NetcatScenario(
            "a port that another program has",
            """
            python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 8080)); time.sleep(9)' & listening 8080
            $NC -l 127.0.0.1 8080 2>errors; echo $?; grep -o 'Address already in use' errors
            """
        ),
        NetcatScenario(
            "a foreign address",
            """
            $NC -l 192.0.2.1 8080 2>errors; echo $?; grep -o 'Cannot assign requested address' errors
            """
        ),
        NetcatScenario(
            "the message names the port",
            """
            $NC -l 192.0.2.1 8080
            """,
            difference: "the original leaves out what could not be bound"
        ),
        NetcatScenario(
            "a port beyond 65535",
            """
            timeout 1 $NC -l 70000; echo $?
            """,
            difference: "the original listens on the rest of the division by 65536"
        ),
        NetcatScenario(
            "a listener serves one client",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            echo one | $NC -N 127.0.0.1 8080
            wait $server; echo two | $NC -N 127.0.0.1 8080; echo $?; cat got
            """
        ),
        NetcatScenario(
            "-k takes the next client",
            """
            $NC -lk 8080 </dev/null >got & listening 8080
            echo one | $NC -N 127.0.0.1 8080; echo two | $NC -N 127.0.0.1 8080; until_true grep -q two got; cat got
            """
        ),
        NetcatScenario(
            "-k tells about every client",
            """
            $NC -lknv 8080 </dev/null >got 2>log & listening 8080
            echo one | $NC -N 127.0.0.1 8080; echo two | $NC -N 127.0.0.1 8080; until_true grep -q two got; cat log
            """
        ),
        NetcatScenario(
            "-k gives its input to the first client",
            """
            echo hello | $NC -lkN 8080 & listening 8080
            timeout 2 $NC -N 127.0.0.1 8080 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "-s chooses our address",
            """
            $NC -lnv 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -N -s 127.0.0.9 127.0.0.1 8080
            wait $server; cat got log
            """
        ),
        NetcatScenario(
            "-p chooses our port",
            """
            $NC -lnv 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -N -p 7777 127.0.0.1 8080
            wait $server; cat got; grep -c 7777 log
            """
        ),
        NetcatScenario(
            "-s and -p together with -z",
            """
            $NC -lnv 8080 >got 2>log & server=$!; listening 8080
            $NC -z -s 127.0.0.9 -p 7777 127.0.0.1 8080; echo $?
            wait $server; grep -c '127.0.0.9' log
            """
        ),
        NetcatScenario(
            "an address in brackets",
            """
            $NC '[::1]' 8080 </dev/null; echo $?
            """,
            difference: "the original takes it for a name"
        ),
        NetcatScenario(
            "-w is no limit for listening",
            """
            timeout 2 $NC -l -w 1 8080 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "-w ends an accepted connection",
            """
            $NC -l -w 1 8080 >got & server=$!; listening 8080
            sleep 3 | timeout 4 $NC 127.0.0.1 8080 & wait $server; echo $?
            """
        ),
        NetcatScenario(
            "standard output carries data alone",
            """
            $NC -lnv 8080 2>/dev/null & server=$!; listening 8080
            echo hi | $NC -nNv 127.0.0.1 8080 2>/dev/null
            wait $server
            """
        ),
        NetcatScenario(
            "a large buffer for receiving and sending",
            """
            $NC -l -I 100000 8080 >got & server=$!; listening 8080
            echo hi | $NC -N -O 100000 127.0.0.1 8080
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "the socket options of a listener",
            """
            $NC -l -M 5 -T lowdelay 8080 >got & server=$!; listening 8080
            echo hi | $NC -N -M 5 -m 1 -T cs1 -b 127.0.0.1 8080; echo $?
            wait $server; cat got
            """
        ),
        NetcatScenario(
            "-m refuses what came far",
            """
            $NC -l 8080 >got & listening 8080
            echo hi | timeout 1 $NC -Nv -M 3 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-D needs a right",
            """
            $NC -D 127.0.0.1 1; echo $?
            """
        ),
    ]
}
