// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What is said when a port cannot be bound: the first thing that people meet.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatBindTests {
    private static let drop = "setpriv --reuid 65534 --regid 65534 --clear-groups"

    private func refused(_ command: String, name: String = "nc") async throws -> Outcome {
        try await PrivateNetwork.run(
            "chmod 755 $T; \(Self.drop) \(command) </dev/null",
            netcat: Products.path("nc"),
            name: name
        )
    }

    /// The programs of this suite are alone in their directory.
    private static let hint = "hint: see lowport(8)\n"

    @Test("A privileged port is refused with hints", arguments: ["-l -p 80", "-l 80", "-lp80", "-lv -p 80"])
    func privilegedPort(_ arguments: String) async throws {
        let outcome = try await refused("$NC \(arguments)")
        #expect(outcome.status == 1)
        #expect(outcome.errors == "nc: bind to 0.0.0.0 port 80: Permission denied\n\(Self.hint)")
        #expect(outcome.output == "")
    }

    @Test("Called as netcat, the words are those of GNU netcat") func calledAsNetcat() async throws {
        let outcome = try await refused("$NC -l -p 80", name: "netcat")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == "Error: Couldn't setup listening socket (err=-3): Permission denied\n\(Self.hint)"
        )
    }

    @Test("The hints for datagrams are about datagrams") func datagrams() async throws {
        let outcome = try await refused("$NC -lu 53")
        #expect(outcome.status == 1)
        #expect(outcome.errors == "nc: bind to 0.0.0.0 port 53: Permission denied\n\(Self.hint)")
    }

    /// Hints are for ports that need permission, and for nothing else.
    @Test("Other refusals have no hints") func otherRefusals() async throws {
        let busy = try await refused("true; $NC -l 8080 & listening 8080; $NC -l 8080")
        #expect(busy.errors == "nc: bind to 0.0.0.0 port 8080: Address already in use\n")
        let foreign = try await refused("$NC -l 192.0.2.1 80")
        #expect(foreign.errors == "nc: bind to 192.0.2.1 port 80: Cannot assign requested address\n")
        let start = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
        let open = try await refused("true; echo 70 >\(start); \(Self.drop) timeout 1 $NC -l 80")
        #expect(open == Outcome(status: 124, output: ""))
    }

    @Test("With the permission it listens") func withThePermissionItListens() async throws {
        let outcome = try await PrivateNetwork.run(
            """
            chmod 755 $T; setcap cap_net_bind_service+ep .bin/nc
            \(Self.drop) $NC -l -p 80 >got & server=$!; listening 80
            echo hello | \(Self.drop) $NC -N 127.0.0.1 80; wait $server; cat got
            """,
            netcat: Products.path("nc")
        )
        #expect(outcome == Outcome(status: 0, output: "hello\n"))
    }
}
