// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport forward`: a low port by the policy, relayed to a high one.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ForwardTests {
    @Test("A port is forwarded by rule") func forwardsByRule() async throws {
        let outcome = try await Sandbox.run(
            """
            as alice lowport forward 80 127.0.0.1:8080 2>&1 | head -1 | cut -c1-60 || true
            lowport grant 80 --user alice >/dev/null
            (exec setpriv --reuid bob --regid bob --init-groups nc -lk 8080 -c 'read line; echo "got $line"') &
            (exec setpriv --reuid alice --regid alice --init-groups lowport forward 80 127.0.0.1:8080) & forward=$!
            until grep -q ':0050 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.01; done
            until grep -q ':1F90 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.01; done
            for n in 1 2 3; do echo "hello $n" | nc -w 5 127.0.0.1 80; done
            kill $forward
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        let lines = outcome.output.description.split(separator: "\n")
        #expect(lines.first?.contains("port 80: Operation not perm") == true, "\(outcome)")
        #expect(lines.suffix(3) == ["got hello 1", "got hello 2", "got hello 3"], "\(outcome)")
    }
}
