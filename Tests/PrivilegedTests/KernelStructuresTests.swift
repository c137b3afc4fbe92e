// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The programs that look into the kernel's structures beside those that ask its functions, for a kernel that does not
/// describe them.
@Suite(.enabled(if: Privilege.isRoot, "needs root"))
struct KernelStructuresTests {
    @Test func `what the structures say is what the functions say`() async throws {
        let outcome = try await KernelSandbox.run(
            """
            printf 'allow user alice tcp 80\\nallow group staff udp 81\\nconfine user bob\\n' > /etc/lowport/rules
            cat > events.py <<'END'
            import datetime, json, subprocess, sys
            known = set()
            now = datetime.datetime.now(datetime.timezone.utc)
            for line in subprocess.run(["lowport", "log", "--json"], stdout=subprocess.PIPE, text=True).stdout.splitlines():
                event = json.loads(line)
                late = now - datetime.datetime.fromisoformat(event.pop("time").replace("Z", "+00:00"))
                assert abs(late.total_seconds()) < 60, late
                # Not the same process twice, but one that was there.
                assert event.pop("pid") > 1
                # What the kernel answers, and what the process executes, can only be seen in its structures.
                event.pop("executable", None); event.pop("executable_inode", None)
                result, reason = event.pop("result"), event.pop("reason")
                if event["outcome"] == "left": known.add(result)
                print(json.dumps(event, sort_keys=True))
            print(*sorted(known), file=sys.stderr)
            END
            binds() {
                for n in 1 2 3; do try_bind alice 127.0.0.1 80; try_bind alice ::1 81; try_bind bob :: 82 udp; done
                /usr/bin/python3 bind.py 0.0.0.0 83 tcp
            }
            enable
            lowport enforce show-program | grep -c 'call task'
            binds; /usr/bin/python3 events.py > structures 2>> known
            lowport enforce disable

            : > empty
            mount --bind empty /sys/kernel/btf/vmlinux
            enable
            lowport enforce show-program | grep -c 'call command'
            binds > /dev/null; /usr/bin/python3 events.py > functions 2>> known; cat known
            umount /sys/kernel/btf/vmlinux
            wc -l < structures
            diff structures functions && grep -c "\\"cgroup\\": $(stat -c %i "$G")," structures
            """
        )
        #expect(
            outcome.output == """
                2
                bound
                EACCES
                EPERM
                bound
                EACCES
                EPERM
                bound
                EACCES
                EPERM
                bound
                2
                allowed by capability refused
                left to the kernel
                10
                10

                """,
            "\(outcome)"
        )
    }
}
