// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Rules that name a program: under the broker, with the library, and by the kernel engine.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramRuleTests: KernelSuite {
    private static let prelude: ByteString = """
        python=$(readlink -f /usr/bin/python3); P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P
        cp $python $P/server; cp $python $P/copy; ln $P/server $P/hard; ln -s server $P/soft
        # `tried WRAPPER`: who may bind, of two users, the programs and the ports 80 and 81.
        tried() {
            for name in server copy hard soft; do for user in alice bob; do for port in 80 81; do
                as $user "$@" $P/$name bind.py 127.0.0.1 $port tcp 2> /dev/null | sed -n "s/bound/$name $user $port/p"
            done; done; done
        }

        """

    private static let allowed: ByteString = """
        server alice 80
        server alice 81
        server bob 80
        hard alice 80
        hard alice 81
        hard bob 80
        soft alice 80
        soft alice 81
        soft bob 80

        """

    @Test(
        "Only the program that the rule names may bind",
        arguments: [
            (": ", "lowport run"), (": ", "lowport run --via broker"), (": ", "authbind"), ("enable", ""),
        ] as [(ByteString, ByteString)]
    )
    func allowsTheProgram(_ start: ByteString, _ wrapper: ByteString) async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    lowport grant 80 --everyone --program $P/server -q; lowport grant 81 --user alice --program $P/server -q
                    \(start); tried \(wrapper)
                    """
            ),
            Self.allowed
        )
    }

    @Test("A file that replaces the program counts once the policy is loaded again") func followsReplacement()
        async throws
    {
        expect(
            try await enforced(
                Self.prelude + """
                    lowport grant 80 --everyone --program $P/server -q; enable
                    ask() { as alice $P/$1 bind.py 127.0.0.1 80 tcp; }
                    said() { as alice lowport explain 80 --program $P/server | head -1; }
                    stale() { lowport enforce status | grep -c 'files changed' || :; }
                    ask server; said; stale
                    cp $python $P/new; mv $P/new $P/server; ask server; ask hard; said
                    as alice lowport explain 80 --program $P/server | grep replaced; stale
                    lowport enforce reload; ask server; ask hard; said; stale
                    echo "a file that others may write"
                    cp $python $P/new; chmod 777 $P/new; mv $P/new $P/server; lowport enforce reload
                    ask server; lowport check; said
                    echo "no file"; rm $P/server; lowport enforce reload; lowport check; lowport list 2>&1 | grep cannot
                    echo "a directory that others may write"
                    cp $python $P/server; chmod 777 $P; lowport enforce reload; ask server; chmod 755 $P
                    lowport enforce reload; ask server
                    """
            ),
            """
            bound
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, without a wrapper
            0
            EACCES
            bound
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run or authbind
              no   kernel  /usr/local/bin/server was replaced since the kernel got the policy, and the kernel knows the old file
            1
            bound
            EACCES
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, without a wrapper
            0
            a file that others may write
            EACCES
            /etc/lowport/rules:1: warning: allows nothing: /usr/local/bin/server cannot be trusted: /usr/local/bin/server has mode 0777, so that others may write to it
            1 rule in 1 file: no errors
            user alice cannot bind tcp 80: no rule and no file of authbind allows it, and /usr/local/bin/server has no file capabilities
            no file
            /etc/lowport/rules:1: warning: allows nothing: /usr/local/bin/server cannot be found: no such file or directory
            1 rule in 1 file: no errors
            lowport: /etc/lowport/rules:1: allows nothing: /usr/local/bin/server cannot be found: no such file or directory
            a directory that others may write
            EACCES
            bound

            """
        )
    }

    @Test("What executes is the program, whatever its name says") func knowsWhatExecutes() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    lowport grant 80 --everyone --program $P/server -q; enable
                    ask() { as alice "$@" bind.py 127.0.0.1 80 tcp; }
                    echo "the loader"; ask $(ls /lib64/ld-linux-x86-64.so.2) $P/server
                    echo "a script"; printf '#!%s\\n' $P/server | cat - bind.py > $P/script; chmod 755 $P/script
                    as alice $P/script 127.0.0.1 80 tcp
                    echo "argv and name"; ask bash -c "exec -a $P/server $P/copy \\"\\$@\\"" -
                    echo "a mount over it"; unshare -m sh -c "mount --bind $P/copy $P/server; setpriv --reuid 1001 \\
                        --regid 1001 --clear-groups $P/server bind.py 127.0.0.1 80 tcp"
                    echo "a bind mount of it"; touch $P/other; mount --bind $P/server $P/other; ask $P/other
                    echo "memory"; cat > exec.py <<'END'
                    import os, sys
                    fd = os.memfd_create("server"); os.write(fd, open(sys.argv[1], "rb").read())
                    os.execv("/proc/self/fd/%d" % fd, sys.argv[1:])
                    END
                    as alice $python exec.py $P/server bind.py 127.0.0.1 80 tcp
                    echo "overlay"; mkdir -p lower upper work over; cp $python lower/server; mount -t tmpfs tmpfs upper
                    mkdir upper/u upper/w; mount -t overlay overlay -o lowerdir=lower,upperdir=upper/u,workdir=upper/w over
                    chmod 755 over; mount --bind over $P; lowport enforce reload; ask $P/server
                    """
            ),
            """
            the loader
            EACCES
            a script
            bound
            argv and name
            EACCES
            a mount over it
            EACCES
            a bind mount of it
            bound
            memory
            EACCES
            overlay
            bound

            """
        )
    }

    @Test("Rules by program are granted, listed, refused and revoked") func editsRules() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    tell() { "$@" 2>&1 || echo "status $?"; }
                    tell lowport grant 80,443 --everyone --program $P/server
                    tell lowport grant 80 --user alice --program $P/server --protocol any --on ::1
                    tell lowport grant 80 --everyone --program $P/server
                    tell lowport list --user alice --port 80
                    tell lowport grant 80 --everyone --program $P/soft; tell lowport grant 80 --everyone --program $P/soft --follow
                    printf '#!/bin/sh\\n' > $P/script; chmod 755 $P/script; tell lowport grant 80 --everyone --program $P/script
                    cp $P/server "$P/a b"; tell lowport grant 80 --everyone --program "$P/a b"
                    chmod 777 $P/copy; tell lowport grant 80 --everyone --program $P/copy
                    tell lowport grant --program $P/server --user alice | head -1
                    tell lowport grant 80 --everyone --program $P/server --user alice --group dns | head -1
                    rm $P/server; tell lowport revoke 443 --everyone --program $P/server; cat /etc/lowport/rules
                    tell lowport explain 80 --user bob | grep 'is for'
                    """
            ),
            """
            added: allow program /usr/local/bin/server tcp 80,443
            added: allow user alice program /usr/local/bin/server any 80 on ::1
            unchanged: allow program /usr/local/bin/server tcp 80 (allowed by /etc/lowport/rules:1)
            WHO                                       PROTOCOL  PORTS   ADDRESSES  UNTIL  SOURCE
            program /usr/local/bin/server             tcp       80,443  all        -      /etc/lowport/rules:1
            user alice program /usr/local/bin/server  any       80      ::1        -      /etc/lowport/rules:2
            lowport: cannot take /usr/local/bin/soft: /usr/local/bin/soft is a symbolic link to server
            hint: name /usr/local/bin/server if that is meant, or add --follow
            status 77
            note: /usr/local/bin/soft -> /usr/local/bin/server
            unchanged: allow program /usr/local/bin/server tcp 80 (allowed by /etc/lowport/rules:1)
            lowport: a rule for /usr/local/bin/script would have no effect: it is a script: what executes is /bin/sh
            hint: name the program that runs it, which then may do so for every script
            status 64
            lowport: no rule can name /usr/local/bin/a b: blanks, # and what is not seen end a word
            status 64
            lowport: cannot trust /usr/local/bin/copy: /usr/local/bin/copy has mode 0777, so that others may write to it
            hint: a program that gets a capability has to be root's, and so have all directories above it
            status 77
            lowport: --program without ports is for everybody who runs the program
            lowport: give exactly one of --user, --group, --uid, --gid or --everyone
            removed: allow program /usr/local/bin/server tcp 80,443
            added: allow program /usr/local/bin/server tcp 80
            warning: allow program /usr/local/bin/server tcp 80 allows nothing: /usr/local/bin/server cannot be found: no such file or directory
            allow program /usr/local/bin/server tcp 80
            allow user alice program /usr/local/bin/server any 80 on ::1
              note  rules  /etc/lowport/rules:1 is for program /usr/local/bin/server

            """
        )
    }
}
