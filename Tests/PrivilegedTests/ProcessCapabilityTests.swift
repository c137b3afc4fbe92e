// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What the library does to the capabilities of a process with one thread.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProcessCapabilityTests {
    private func probe(_ orders: ByteString...) async throws -> [String] {
        let probe = ByteString(Products.path("capability-probe"))
        let outcome = try await run(
            "unshare",
            ["--net", "sh", "-c", "ip link set lo up; exec \"$0\" \"$@\"", probe] + orders
        )
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        return outcome.output.description.split(separator: "\n").map(String.init)
    }

    @Test("Root is dropped and the port kept") func dropsRootAndKeepsPort() async throws {
        #expect(
            try await probe("drop", "identity", "state", "bind", "become-root", "vectors") == [
                "drop: done",
                "identity: user 65534, group 65534, 0 more",
                "state: cap_net_bind_service=ep",
                "bind: done",
                "become-root: failed, Operation not permitted",
                "vectors: ",
            ]
        )
    }

    @Test("Dropping needs an ordinary user") func dropNeedsAnOrdinaryUser() async throws {
        #expect(
            try await probe("drop-to-root", "identity").first
                == "drop-to-root: failed, Invalid argument"
        )
    }

    @Test("A capability is raised for a closure") func raisesForAClosure() async throws {
        #expect(
            try await probe("drop", "lower", "state", "bind", "raise", "state") == [
                "drop: done",
                "lower: done",
                "state: cap_net_bind_service=p",
                "bind: failed, Permission denied",
                "raise: cap_net_bind_service=ep",
                "state: cap_net_bind_service=p",
            ]
        )
    }

    @Test("A process goes into each mode") func modes() async throws {
        #expect(
            try await probe("pure", "no-privileges", "state", "bounding", "hybrid") == [
                "pure: pureInitial",
                "no-privileges: noPrivileges",
                "state: =",
                "bounding: none",
                "hybrid: failed, Operation not permitted",
            ]
        )
    }

    @Test("Capabilities are handed on to what is executed") func handsOn() async throws {
        #expect(
            try await probe("hand-on", "vectors", "drop", "hand-on") == [
                "hand-on: blocked",
                "vectors: cap_kill,^cap_net_bind_service",
                "drop: done",
                // Without CAP_SETPCAP, what is not permitted cannot become inheritable.
                "hand-on: failed, Operation not permitted",
            ]
        )
    }
}
