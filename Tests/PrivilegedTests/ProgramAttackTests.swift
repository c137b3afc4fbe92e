// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Attacks of an ordinary user on rules for programs, under the kernel engine.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramAttackTests: KernelSuite {
    @Test("A user's file with the inode number and device of the program is not the program") func collides()
        async throws
    {
        expect(
            try await enforced(
                """
                python=$(readlink -f /usr/bin/python3); mkdir -p lower upper over
                mount -t tmpfs -o mode=755 tmpfs lower; mount -t tmpfs -o mode=755 tmpfs upper
                mkdir lower/bin upper/files upper/work; mkdir -m 1777 lower/tmp
                for number in $(seq 200); do : > lower/$number; done
                cp $python lower/bin/server; chmod 755 lower/bin/server
                mount -t overlay overlay -o lowerdir=lower,upperdir=upper/files,workdir=upper/work,xino=off over
                mount --bind over /srv
                lowport grant 80 --everyone --program /srv/bin/server -q; enable
                as alice /srv/bin/server bind.py 127.0.0.1 80 tcp; chmod 750 /srv/bin/server
                cat > collide.py <<'END'
                import os
                wanted = os.stat("/srv/bin/server").st_ino
                for number in range(wanted):
                    path = "/srv/tmp/%d" % number
                    open(path, "w").close()
                    if os.stat(path).st_ino == wanted:
                        print(path)
                        break
                END
                other=$(as alice /usr/bin/python3 collide.py)
                [ $(stat -c %i $other) = $(stat -c %i /srv/bin/server) ] && echo "the same number"
                as alice sh -c "cat $python > $other; chmod 755 $other; $other bind.py 127.0.0.1 80 tcp"
                """
            ),
            """
            bound
            the same number
            EACCES

            """
        )
    }
}
