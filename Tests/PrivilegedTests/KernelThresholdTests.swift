// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The kernel engine goes by the threshold of the moment at which it got the policy, so a new one is brought to it.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelThresholdTests: KernelSuite {
    @Test("The kernel engine gets the new threshold, or it is said that it does not")
    func theEngineGetsTheNewThreshold()
        async throws
    {
        let outcome = try await enforced(
            """
            limit() { lowport enforce status | head -1 | grep -o 'below [0-9]*'; }
            printf 'allow user alice tcp 1500\\nconfine user bob\\n' > /etc/lowport/rules
            enable; limit
            lowport threshold 2000 -q; limit; try_bind alice 127.0.0.1 1500; try_bind bob 127.0.0.1 1501
            lowport threshold 3000 --dry-run > /dev/null; limit
            lowport threshold 700 -q; limit
            echo nonsense >> /etc/lowport/rules
            status lowport threshold 1024 -q; tail -1 errors; limit; cat /proc/sys/net/ipv4/ip_unprivileged_port_start
            status lowport threshold 1024 --json; grep -o lowport.error said
            echo 'confine user bob' > /etc/lowport/rules
            status lowport threshold 1024 -q; limit
            """
        )
        expect(
            outcome,
            """
            below 1024
            below 2000
            bound
            EPERM
            below 2000
            below 700
            65
            the threshold is set, but the kernel engine still goes by the old one
            below 700
            1024
            65
            lowport.error
            0
            below 1024

            """
        )
    }
}
