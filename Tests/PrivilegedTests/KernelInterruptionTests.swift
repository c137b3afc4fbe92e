// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// Commands that are killed at each of their steps, or in which each step fails: at no time is anybody free who was confined.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelInterruptionTests: KernelSuite {
    /// All of them take half an hour: each eleventh unless `LOWPORT_TEST_EVERY_STEP` is set. It is odd, since the policies alternate.
    private static let steps: ByteString = """
        every=\(ProcessInfo.processInfo.environment["LOWPORT_TEST_EVERY_STEP"] == nil ? 11 : 1)
        # How often a command makes one of these calls.
        count() { strace -f -qq -o calls -e trace="$1" sh -c "$2" > /dev/null 2>&1; wc -l < calls; }
        # Makes the call number $2 end the command, or fail.
        broken() { strace -f -qq -o /dev/null -e trace="$1" -e inject="$1:$3:when=$2" sh -c "exec $4" > /dev/null 2>&1; }
        rules() { printf 'allow user alice tcp 80,82\\nconfine user alice\\n%s' "${1-}" > draft; mv draft /etc/lowport/rules; }
        rm $more

        """

    @Test(
        "A reload that is interrupted frees nobody",
        arguments: ["bpf", "renameat unlinkat fsync write mkdirat"],
        ["signal=KILL", "error=ENOMEM"]
    )
    func reload(calls: ByteString, fault: ByteString) async throws {
        expect(
            try await enforced(
                KernelFaultTests.confined + Self.steps + """
                    enable
                    for call in \(calls); do
                    steps=$(count $call 'lowport enforce reload')
                    n=0; while [ $n -lt $((steps + 2)) ]; do
                        n=$((n + $every))
                        # Bob is confined by every other policy.
                        if [ $((n % 2)) = 0 ]; then rules; else rules 'confine user bob'; fi
                        broken $call $n \(fault) 'lowport enforce reload' || :
                        case "$(able alice 81) $(able alice 80)" in 'EPERM bound') ;; *) echo "wrong at $call $n" ;; esac
                        lowport enforce status > said 2>&1 || { echo "status at $call $n"; cat said; }
                        # Whoever is confined by what is in force now, or by what should be, is not freed by a fault.
                        before=$(able bob 81)
                        echo alow > $more; lowport revoke 99 --user alice > /dev/null 2>&1 || :; rm $more
                        [ "$before" = bound ] || [ "$(able bob 81)" = EPERM ] || echo "freed at $n"
                        lowport enforce reload || echo "reload at $n"
                        case $((n % 2)) in 0) [ "$(able bob 81)" = bound ] ;; *) [ "$(able bob 81)" = EPERM ] ;; esac || echo "bob at $call $n"
                    done
                    done
                    echo done
                    """
            ),
            "done\n"
        )
    }

    @Test(
        "The first confinement of a program that is interrupted can be made good",
        arguments: ["signal=KILL", "error=ENOMEM"]
    )
    func firstProgram(fault: ByteString) async throws {
        expect(
            try await enforced(
                KernelFaultTests.confined + Self.steps + """
                    mount -t tmpfs -o mode=755 tmpfs /srv
                    cc -O1 -static -o /srv/server \(ByteString(Release.repository))/Tests/Probes/attacks/escape.c
                    cp /srv/server /srv/plain; setcap cap_net_bind_service=ep /srv/server
                    # What the server may, and what the program that it hands its capability to.
                    ask() { as bob /srv/server plain 85 || :; as bob /srv/server ambient 85 /srv/plain || :; }
                    enable
                    for call in bpf "renameat unlinkat fsync write mkdirat"; do
                    steps=20 n=0; while [ $n -lt $((steps + 2)) ]; do
                        n=$((n + $every))
                        rules; lowport enforce disable; enable; rules 'confine program /srv/server'
                        [ $n -gt $every ] || steps=$(for one in $call; do count $one 'lowport enforce reload'; done | sort -n | tail -n 1)
                        rules; lowport enforce disable; enable; rules 'confine program /srv/server'
                        for one in $call; do broken $one $n \(fault) 'lowport enforce reload' || :; done
                        lowport enforce status > said 2>&1 || { echo "status at $call $n"; cat said; }
                        lowport enforce reload || echo "reload at $call $n"
                        [ "$(echo $(ask))" = 'EPERM EPERM' ] || echo "free at $call $n"
                    done
                    done
                    echo done
                    """
            ),
            "done\n"
        )
    }

    @Test(
        "A change that is interrupted frees nobody",
        arguments: zip(["bpf", "renameat unlinkat fsync write mkdirat"], ["signal=KILL", "error=ENOMEM"])
    )
    func grantAndRevoke(calls: ByteString, fault: ByteString) async throws {
        expect(
            try await enforced(
                KernelFaultTests.confined + Self.steps + """
                    enable
                    for command in 'grant 83' 'revoke 83'; do
                        undo=$([ "$command" = 'grant 83' ] && echo 'revoke 83' || echo 'grant 83')
                        wanted=$([ "$command" = 'grant 83' ] && echo bound || echo EPERM)
                        lowport $undo -q --user alice
                        for call in \(calls); do
                        steps=$(count $call "lowport $command --user alice")
                        lowport $undo -q --user alice
                        n=0; while [ $n -lt $((steps + 1)) ]; do
                            n=$((n + $every)) ended=0
                            broken $call $n \(fault) "lowport $command --user alice" || ended=$?
                            case "$(able alice 81) $(able alice 80)" in 'EPERM bound') ;; *) echo "wrong at $command $n" ;; esac
                            # Who ends with 0 has done it, in the kernel as well.
                            if [ $ended = 0 ]; then
                                [ "$(able alice 83)" = $wanted ] || echo "not done at $command $n"
                            fi
                            # What is granted in the kernel is granted in the file, unless it was killed in between.
                            if [ $ended != 0 ] && [ $ended -lt 128 ] && [ "$command" = 'grant 83' ]; then
                                [ "$(grep -c 83 /etc/lowport/rules)" = 0 ] || [ "$(able alice 83)" = bound ] || echo "half at $n"
                            fi
                            # Saying it again does it.
                            lowport $command --user alice > /dev/null || echo "again at $command $n: $?"
                            [ "$(able alice 83)" = $wanted ] || echo "not done again at $command $n"
                            lowport $undo -q --user alice
                        done
                        done
                    done
                    echo done
                    """
            ),
            "done\n"
        )
    }

    @Test("Enabling that is interrupted leaves all or nothing", arguments: ["signal=KILL", "error=ENOMEM"])
    func enableAndDisable(fault: ByteString) async throws {
        expect(
            try await enforced(
                KernelFaultTests.confined + Self.steps + """
                    enable; lowport enforce disable
                    for calls in bpf renameat unlinkat fsync write mkdirat; do
                        steps=$(count $calls "lowport enforce enable --cgroup $G"); lowport enforce disable
                        n=0; while [ $n -lt $((steps + 1)) ]; do
                            n=$((n + $every))
                            broken $calls $n \(fault) "lowport enforce enable --cgroup $G" || :
                            # All of it, nothing of it, or an error that says so.
                            ended=0; lowport enforce status > said 2>&1 || ended=$?
                            case "$ended $(able alice 81)" in '0 EPERM' | '1 bound' | '78 '*) ;; *) echo "enable $calls $n: $ended" ;; esac
                            if [ $ended = 78 ]; then
                                lowport grant 83 --user alice > said 2>&1 && echo "granted at $n"
                                lowport enforce disable || echo "disable after enable $n"
                            fi
                            enable || echo "enable again $calls $n"
                            [ "$(able alice 81) $(able alice 80)" = 'EPERM bound' ] || echo "wrong after enable $n"
                            lowport enforce disable
                        done
                        enable; steps=$(count $calls 'lowport enforce disable')
                        n=0; while [ $n -lt $((steps + 1)) ]; do
                            n=$((n + $every)); lowport enforce disable > said 2>&1; enable
                            broken $calls $n \(fault) 'lowport enforce disable' || :
                            ended=0; lowport enforce status > said 2>&1 || ended=$?
                            case "$ended $(able alice 81)" in '0 EPERM' | '1 bound' | '78 '*) ;; *) echo "disable $calls $n: $ended" ;; esac
                            lowport enforce disable > said || echo "disable again $calls $n"
                            [ "$(able alice 81)" = bound ] || echo "still at $n"
                        done
                    done
                    echo done
                    """
            ),
            "done\n"
        )
    }
}
