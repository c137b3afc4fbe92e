// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// A file that a process has open for writing may have another content a moment after it was compared.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramWriterTests {
    private static let prelude = """
        P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P; cp /usr/bin/env $P/a
        # Nothing but a mapping of the file: what is written to it takes no capability from the file.
        cat > hold.py <<'END'
        import mmap, os, sys, time
        file = os.open(sys.argv[1], os.O_RDWR); memory = mmap.mmap(file, 0); os.close(file); open("up", "w").close()
        while not os.path.exists("go"): time.sleep(0.02)
        END
        held() {
            rm -f up go; /usr/bin/python3 hold.py $P/a & HOLDER=$!; until [ -e up ]; do sleep 0.02; done
            "$@" 2>&1 || echo "status $?"; touch go; wait $HOLDER; getcap $P/a; "$@" 2>&1 || echo "status $?"; getcap $P/a
        }

        """

    @Test("A file that is open for writing gets no capability") func refusesWriters() async throws {
        let outcome = try await Sandbox.run(
            Self.prelude + """
                setcap cap_net_bind_service=ep $P/a; getcap --save saved $P/a > out; setcap -r $P/a
                held setcap --restore saved; setcap -r $P/a; held setcap --changed --restore saved; setcap -r $P/a
                for origin in unverified sha256:$(sha256sum < $P/a | cut -d ' ' -f 1); do
                    echo "program $P/a cap_net_bind_service $origin" > /etc/lowport/programs
                    held lowport programs apply; setcap -r $P/a
                done
                """
        )
        let refused = """
            setcap: cannot restore '/usr/local/bin/a': it is open for writing
            setcap: nothing was restored
            status 1

            """
        let restored = """
            restoring '/usr/local/bin/a' to cap_net_bind_service=ep
            /usr/local/bin/a cap_net_bind_service=ep

            """
        let kept = """
            unchanged
            /etc/lowport/programs:1: /usr/local/bin/a is open for writing
            status 78
            added: cap_net_bind_service=ep /usr/local/bin/a
            /usr/local/bin/a cap_net_bind_service=ep

            """
        #expect(
            outcome.output.description == refused + restored + refused + restored + kept + kept,
            "\(outcome)"
        )
    }

    @Test("The hook of dpkg names a command whose path has blanks") func quotesTheHook() async throws {
        let outcome = try await Sandbox.run(
            Self.prelude + #"""
                D="$P/my 'own' \$bin"; mkdir "$D"; mount --rbind /mnt "$D"; "$D/bin/lowport" programs enable -q
                echo "program $P/a cap_net_bind_service unverified" > /etc/lowport/programs
                sed -n 's/^post-invoke=//p' /etc/dpkg/dpkg.cfg.d/lowport-programs > hook; cat hook; sh -eu hook; getcap $P/a
                """#
        )
        #expect(
            outcome.output.description == #"""
                if [ -e /etc/lowport/programs.enabled ] && test -x '/usr/local/bin/my '\''own'\'' $bin/bin/lowport'; then \#
                '/usr/local/bin/my '\''own'\'' $bin/bin/lowport' programs apply --quiet || :; fi
                /usr/local/bin/a cap_net_bind_service=ep

                """#,
            "\(outcome)"
        )
    }
}
