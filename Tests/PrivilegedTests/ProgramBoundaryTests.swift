// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What rules for programs are worth, by attacks (Documentation/explanation/security.md): a rule alone keeps order;
/// with the capability in the file and the confinement, it is a boundary.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized)
struct ProgramBoundaryTests: KernelSuite {
    /// /srv/bin/server, which is dynamic, and /srv/bin/plain, a static one that no rule names; both do what escape.c says.
    private static let programs = ByteString(
        """
        mount -t tmpfs -o mode=755 tmpfs /srv; mkdir /srv/bin
        attacks=\(Release.repository)/Tests/Probes/attacks
        cc -O1 -o /srv/bin/server $attacks/escape.c; cc -O1 -static -o /srv/bin/plain $attacks/escape.c
        cc -shared -fPIC -o inject.so $attacks/inject.c; chmod 755 inject.so
        injected() { as alice env INJECT=$1 LD_PRELOAD=$T/inject.so /srv/bin/server plain $2; }

        """
    )

    @Test func `a rule alone keeps order, and no attacker`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                echo 'allow program /srv/bin/server tcp 80' > /etc/lowport/rules
                for engine in broker kernel; do
                    [ $engine = broker ] || enable
                    run() { if [ $engine = broker ]; then as alice lowport run --via broker "$@" || :; else as alice "$@" || :; fi; }
                    echo $engine
                    # What it is for: the program has its port and no other, and no other program has it.
                    run /srv/bin/server plain 80; run /srv/bin/server plain 81; run /srv/bin/plain plain 80
                    # What it does not hold against.
                    run env INJECT=80 LD_PRELOAD=$T/inject.so /srv/bin/server plain 8080
                    run /srv/bin/plain executable 80 /srv/bin/server
                done
                """
        )
        expect(
            outcome,
            """
            broker
            bound
            EPERM
            EPERM
            injected: bound
            bound
            bound
            kernel
            bound
            EACCES
            EACCES
            injected: bound
            bound
            bound

            """
        )
    }

    @Test func `nobody has the port of a confined program without its capability`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                enable; lowport grant -q 80 --program /srv/bin/server 2> /dev/null
                as alice /srv/bin/server plain 80
                # The loader takes no library of the user's where a program gets a capability.
                injected 80 8080; as alice env INJECT=80 LD_AUDIT=$T/inject.so /srv/bin/server plain 8080
                as alice setpriv --no-new-privs env INJECT=80 LD_PRELOAD=$T/inject.so /srv/bin/server plain 8081
                # Where it takes it, there is no capability.
                as alice unshare -r env INJECT=80 LD_PRELOAD=$T/inject.so /srv/bin/server plain 8082
                as alice /srv/bin/plain executable 80 /srv/bin/server || :
                loader=$(ls /lib*/ld-linux*.so.* | head -n 1); as alice "$loader" /srv/bin/server plain 80 || :
                # Nor does the helper know better. With no_new_privs, too, the loader takes no library.
                as alice lowport run --via broker /srv/bin/server plain 80 || :
                as alice lowport run --via broker env INJECT=80 LD_PRELOAD=$T/inject.so /srv/bin/server plain 8083
                as alice authbind env INJECT=80 LD_PRELOAD=$T/inject.so /srv/bin/server plain 8084
                # What another rule allows stays allowed.
                lowport grant -q 80 --user bob; as bob unshare -r /srv/bin/server plain 80
                """
        )
        expect(
            outcome,
            """
            bound
            bound
            bound
            bound
            injected: EACCES
            bound
            EACCES
            EACCES
            EPERM
            bound
            bound
            bound

            """
        )
    }

    @Test func `what runs in a confined program has its ports and no other`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                setcap cap_net_bind_service=ep /srv/bin/server
                ways='plain ambient executable'
                for way in $ways; do as alice /srv/bin/server $way 81 /srv/bin/plain; done
                # A kernel before 6.11 has no binds by io_uring, and some machines have none of it.
                ring=$(as alice /srv/bin/server ring 81 /srv/bin/plain || :)
                lent() { if [ "$ring" = bound ]; then as alice /srv/bin/server ring $1 /srv/bin/plain || :; else echo EPERM; fi; }
                enable; lowport grant -q 80 --program /srv/bin/server 2> /dev/null
                for port in 80 81; do
                    echo $port
                    for way in $ways; do as alice /srv/bin/server $way $port /srv/bin/plain || :; done
                    lent $port
                done
                # The confinement of another program is no way out, and its rule none in.
                cp /srv/bin/plain /srv/bin/second; lowport grant -q 82 --program /srv/bin/second 2> /dev/null
                as alice /srv/bin/second plain 82; as alice /srv/bin/server executable 82 /srv/bin/second || :
                # Root and others who have the capability from elsewhere are not meant.
                /srv/bin/plain plain 83
                setpriv --reuid alice --regid alice --clear-groups --inh-caps +net_bind_service \\
                    --ambient-caps +net_bind_service /srv/bin/plain plain 83
                # After many processes, too.
                for number in $(seq 300); do as alice /srv/bin/server plain 8080 & done > /dev/null; wait
                as alice /srv/bin/server ambient 81 /srv/bin/plain || :
                as alice /srv/bin/plain plain 81 || :
                """
        )
        expect(
            outcome,
            """
            bound
            bound
            bound
            80
            bound
            bound
            bound
            EPERM
            81
            EPERM
            EPERM
            EPERM
            EPERM
            bound
            EPERM
            bound
            bound
            EPERM
            EACCES

            """
        )
    }

    @Test func `nobody reaches into a confined program that runs`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                python=$(readlink -f /usr/bin/python3); cp $python /srv/bin/holder; cp $python /srv/bin/other
                enable; lowport grant -q 80 --program /srv/bin/holder 2> /dev/null
                cat > hold.py <<'END'
                import os, socket, sys, time
                s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); print(os.getpid(), flush=True); time.sleep(1000)
                END
                # hold PROGRAM PORT: its process ID.
                hold() { as alice /srv/bin/$1 hold.py $2 > $1.pid & until grep -q . $1.pid; do sleep 0.05; done; }
                for one in 'holder 80' 'other 8080'; do
                    hold $one; name=${one% *}; echo $name
                    as alice /usr/bin/python3 \(ByteString(Release.repository))/Tests/Probes/attacks/intrude.py $(cat $name.pid) > $name.said
                    kill -9 $(cat $name.pid); wait
                done
                cat holder.said; grep -c done other.said
                """
        )
        expect(
            outcome,
            """
            holder
            other
            seize EPERM
            attach EPERM
            readv EPERM
            writev EPERM
            getfd EPERM
            mem EACCES
            environ EACCES
            maps EACCES
            5

            """
        )
    }
}
