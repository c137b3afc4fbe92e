// SPDX-License-Identifier: Apache-2.0
import Testing

/// Command lines that are refused, and the words of it.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatUsageTests {
    @Test(arguments: [
        "-l", "h", "-k h 1", "-lz 1", "-w abc h 1", "-w -1 h 1", "-w 99999999999 h 1", "-w 2147484 h 1", "-i abc h 1",
        "-i -1 h 1", "-q abc h 1", "-q 99999999999 h 1", "-W 0 h 1", "-W x h 1", "127.0.0.1 0", "127.0.0.1 65536",
        "127.0.0.1 junkport", "127.0.0.1 1-70000", "127.0.0.1 http-", "-lU", "-U a b", "nosuch.invalid 80",
        "-l nosuch.invalid 80", "-6 127.0.0.1 1", "-4 ::1 1", "-n localhost 1", "-s 192.0.2.1 127.0.0.1 5",
        "-s junk.invalid 127.0.0.1 5", "127.0.0.1 1", "-v 127.0.0.1 1", "127.0.0.1 1 -v", "-v -w 1 127.0.0.1 1",
        "-v 127.0.0.1 1-3", "-v 127.0.0.1 3-1 7", "-vn 127.0.0.1 1", "-vz 127.0.0.1 1 2", "-z 127.0.0.1 1-9",
        "-v -- 127.0.0.1 1", "-v 192.0.2.1 1", "-4v localhost 1", "-6v ::1 1", "-p abc 127.0.0.1 1",
        "127.0.0.1 70000-70001", "127.0.0.1 1-abc", "-z 127.0.0.1 10-", "-M 0 127.0.0.1 1", "-lM 0 8080",
        "-s ::1 127.0.0.1 1", "-s 127.0.0.1 ::1 1", "-vx 127.0.0.1:9 192.0.2.1 1",
        "-F -U x", "-lU -p 5", "-U4 nosuch", "-4U nosuch", "-n -s localhost 127.0.0.1 1", "-vn 127.1 1",
        "-vn 0x7f000001 1", "-v fe80::1%lo 1", "-uzvw 1 fe80::1%lo 1", "-v -i 4294967295 127.0.0.1 1",
        "-i 4294967296 127.0.0.1 1", "-v -q 2147483647 127.0.0.1 1", "-q 2147483648 127.0.0.1 1", "-T 0X1f 127.0.0.1 1",
        "-X CONNECT 127.0.0.1 1", "-lU /nosuch/x", "-U /nosuch/x", "-lU .", "-U .", "-U ''", "-lU ''", "-Uu ''",
        "-Uu -s /nosuch/y nosuch", "-x :9 nosuch.invalid 1-abc", "-lux 127.0.0.1:9 1",
        "-FUx 127.0.0.1:9 x",
    ])
    func readErrors(_ arguments: String) async throws {
        try await NetcatScenario(arguments, "$NC \(arguments) </dev/null; echo $?").check()
    }

    /// The usage says something else, since there is more to say; the line in front of it does not.
    @Test(arguments: [
        "-Q", "", "-l 1 2 3", "-p", "-U", "-U -s a b", "-p 1 x", "-s 127.0.0.1 x", "-p 1 -U x", "-lU -p 5 x",
        "-p 1 -lz h 2",
        "-lU -s a b c",
    ])
    func usage(_ arguments: String) async throws {
        try await NetcatScenario(
            arguments,
            "$NC \(arguments) </dev/null 2>errors; echo $?; head -1 errors | cut -d[ -f1 | sed 's/ -l$//'"
        ).check()
    }

    @Test(arguments: ["127.0.0.1 1 -v", "127.0.0.1 -v 1", "-v 127.0.0.1 1"])
    func optionsInFrontOfOperands(_ arguments: String) async throws {
        try await NetcatScenario(arguments, "POSIXLY_CORRECT=1 $NC \(arguments) </dev/null; echo $?").check()
    }

    @Test(arguments: ["-Q", "-p", "-l"]) func calledByPath(_ arguments: String) async throws {
        try await NetcatScenario(arguments, "./.bin/nc \(arguments) 2>&1 </dev/null | head -1").check()
    }

    @Test func descriptorForTerminal() async throws {
        try await NetcatScenario(
            "-F",
            """
            $NC -l 8080 </dev/null & listening 8080
            script -qec "$NC -F 127.0.0.1 8080; echo \\$?" /dev/null </dev/null
            """
        ).check()
    }
}
