// SPDX-License-Identifier: Apache-2.0
import Testing

/// Scans: what is told about each port, and the status of them all.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatScanTests {
    @Test(arguments: scenarios) func scan(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let scenarios = [
        NetcatScenario(
            "one open port",
            """
            $NC -lk 8080 & listening 8080
            $NC -z 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "one open port, told",
            """
            $NC -lk 8080 & listening 8080
            $NC -zv 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "one closed port",
            """
            $NC -z 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "one closed port, told",
            """
            $NC -zv 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "a range with an open port",
            """
            $NC -lk 8082 & listening 8082; $NC -zv 127.0.0.1 8080-8084; echo $?
            """
        ),
        NetcatScenario(
            "a range without one",
            """
            $NC -zv 127.0.0.1 8080-8084; echo $?
            """
        ),
        NetcatScenario(
            "a range the other way round",
            """
            $NC -lk 8082 & listening 8082; $NC -zv 127.0.0.1 8084-8080; echo $?
            """
        ),
        NetcatScenario(
            "several ranges",
            """
            $NC -lk 8082 & listening 8082; $NC -zv 127.0.0.1 8080-8082 9000 8082-8083; echo $?
            """
        ),
        NetcatScenario(
            "a service",
            """
            $NC -lk 8080 & listening 8080
            $NC -zv 127.0.0.1 http-alt; echo $?
            """
        ),
        NetcatScenario(
            "-n leaves services alone",
            """
            $NC -lk 8080 & listening 8080
            $NC -znv 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "a name",
            """
            $NC -lk 8080 & listening 8080
            $NC -zv localhost 8080 2>&1 | tail -1; echo $?
            """
        ),
        NetcatScenario(
            "a name of both families",
            """
            $NC -6lk 8080 & listening 8080
            $NC -zv localhost 8080; echo $?
            """
        ),
        NetcatScenario(
            "-w in the cluster",
            """
            $NC -lk 8080 & listening 8080
            $NC -zvw1 127.0.0.1 8080; echo $?
            """
        ),
        NetcatScenario(
            "-r tries all of them",
            """
            $NC -lk 8082 & listening 8082; $NC -zvr 127.0.0.1 8080-8084 2>&1 | sort; echo $?
            """
        ),
        NetcatScenario(
            "-i waits after ports that answer",
            """
            $NC -lk 8080 & listening 8080
            start=$(date +%s); $NC -zv -i 3 127.0.0.1 8080-8082; echo $?; test $(($(date +%s) - start)) -ge 3; echo $?
            """,
            difference: "the original does not wait, whatever its help says"
        ),
        NetcatScenario(
            "nothing is sent",
            """
            $NC -l 8080 >got & server=$!; listening 8080
            echo data | $NC -z 127.0.0.1 8080
            wait $server; wc -c <got
            """
        ),
        NetcatScenario(
            "a range without -z connects to each",
            """
            $NC -l 8080 >a & $NC -l 8081 >b & listening 8080
            listening 8081; $NC -N 127.0.0.1 8080-8081 </dev/null; echo $?
            """
        ),
    ]
}
