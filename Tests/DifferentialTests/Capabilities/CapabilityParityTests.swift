// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Our setcap and getcap beside libcap's, on the same command lines.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct CapabilityParityTests {
    @Test(arguments: CapabilityCase.setcap) func setcap(_ tested: CapabilityCase) async throws {
        try await compare(tested)
    }

    @Test(arguments: CapabilityCase.getcap) func getcap(_ tested: CapabilityCase) async throws {
        try await compare(tested)
    }

    @Test(arguments: CapabilityCase.unprivileged) func unprivileged(_ tested: CapabilityCase) async throws {
        try await compare(tested)
    }

    @Test(arguments: CapabilityCase.namespaces) func namespaces(_ tested: CapabilityCase) async throws {
        try await compare(tested)
    }

    @Test(arguments: CapabilityCase.fileSystems) func fileSystems(_ tested: CapabilityCase) async throws {
        try await compare(tested)
    }

    private func compare(_ tested: CapabilityCase) async throws {
        let original = try await CapabilityFixture.run(tested.script, by: .original)
        let ours = try await CapabilityFixture.run(tested.script, by: .ours)
        #expect(ours == original)
    }

    /// Debian has both: up to 2.66-4+deb12u2 the original refuses a FIFO, from deb12u3 on it waits for a writer.
    @Test func refusesAFIFO() async throws {
        let script = "timeout 5 setcap =p fifo"
        let original = try await CapabilityFixture.run(script, by: .original)
        let ours = try await CapabilityFixture.run(script, by: .ours)
        #expect(
            ours.outcome == Outcome(status: 1, output: "", errors: "Invalid file 'fifo' for capability operation\n")
        )
        #expect(original == ours || original.outcome.status == 124)
    }

    /// What differs on purpose; each reason stands in Documentation/differences/setcap-getcap.md.
    @Test(arguments: IntendedDifference.all) func intendedDifference(_ difference: IntendedDifference) async throws {
        let original = try await CapabilityFixture.run(difference.script, by: .original)
        let ours = try await CapabilityFixture.run(difference.script, by: .ours)
        #expect(ours != original, "this no longer differs: make it an ordinary case")
        #expect(ours.outcome.status == difference.status)
        #expect(ours.outcome.output == difference.output)
        #expect(ours.outcome.errors == difference.errors)
    }
}

/// A command line that ours answers otherwise than the original, and how.
struct IntendedDifference: Sendable, CustomTestStringConvertible {
    let script: String
    var status = 0
    var output: ByteString = ""
    var errors: ByteString = ""

    var testDescription: String { script }

    static let all = [
        IntendedDifference(script: "setcap CAP_NET_RAW x && getcap x", output: "x =\n"),
        IntendedDifference(script: "setcap '=ep cap_kill' a && getcap a", output: "a =ep cap_kill-ep\n"),
        IntendedDifference(script: "setcap 13 x", output: ""),
        IntendedDifference(script: "setcap -v cap_kill em", output: "em: OK\n"),
        IntendedDifference(
            script: "bash -c 'n=$(printf %0250d 0); for i in $(seq 20); do mkdir $n; mv x $n/; cd -P $n; done'; "
                + "getcap -r 0* | tail -c 18; rm -rf 0*",
            output: "/x cap_net_raw=ep\n"
        ),
    ]
}
