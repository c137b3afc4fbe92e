// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Programs that the kernel does not start: what explain says, and whether its first command helps.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ExplainStartTests {
    @Test func programsThatCannotBeStarted() async throws {
        let outcome = try await Sandbox.run(
            ExplainScenarioTests.tools + """
                lowport grant 80-81 --user alice --quiet
                mkdir data; mount -t tmpfs -o mode=755,noexec tmpfs data; cp $BIN/nc data/
                program=$T/data/nc; scenario
                mkdir -m 700 closed; cp $BIN/nc closed/; port=81 program=$T/closed/nc
                lowport explain 81 --user alice --program $program > said || sed -n '1p;/to make it work/{n;s/^ *\\([0-9][.] \\)\\?/  /p}' said
                [ "$(probe lowport run $program)" = fails ]
                eval "$(sed -n '/to make it work/{n;s/^ *\\([0-9][.] \\)\\?sudo //p}' said)"; probe lowport run $program
                # No port at all, not even one that needs no privilege.
                cp $BIN/nc relying; setcap cap_net_bind_service=ep relying; port=8080 program=$T/relying
                outer='setpriv --bounding-set -net_bind_service'
                ask() { $outer setpriv --reuid alice --regid alice --init-groups lowport explain $port --program $program > said; }
                ask || sed -n '1p;/to make it work/{n;s/^ *\\([0-9][.] \\)\\?/  /p}' said
                [ "$(probe $program)" = fails ]
                eval "$(sed -n '/to make it work/{n;s/^ *\\([0-9][.] \\)\\?sudo //p}' said)"; ask; probe $program
                """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output == """
                user alice cannot bind tcp 80: /mnt/work/data/nc may not be executed by user alice: it lies on a file system that is \
                mounted noexec
                  mount -o remount,exec $(findmnt -no TARGET -T /mnt/work/data/nc)
                user alice cannot bind tcp 81: /mnt/work/closed/nc may not be executed by user alice: /mnt/work/closed may not be \
                searched
                  sudo chmod a+x /mnt/work/closed
                works
                user alice cannot bind tcp 8080: /mnt/work/relying cannot be started: its file relies on cap_net_bind_service, \
                outside the bounding set
                  sudo setcap -r /mnt/work/relying
                works

                """
        )
    }
}
