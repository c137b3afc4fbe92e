// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport explain` and `lowport doctor` beside what the kernel really does.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ExplainTests {
    /// Defines `agrees EXPECTED USER PORT COMMAND…`: asks explain, then binds for real, and wants both to say EXPECTED.
    private static let agrees = """
        try() {
            who=$1 port=$2; shift 2
            (exec setpriv --reuid $who --regid $(id -g $who) --init-groups "$@") >/dev/null 2>&1 & server=$!
            hex=$(printf %04X $port)
            while kill -0 $server 2>/dev/null; do
                if grep -q ":$hex [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6; then
                    kill $server; wait $server || true; echo can; return
                fi
                sleep 0.01
            done
            wait $server || true; echo cannot
        }
        agrees() {
            expected=$1 who=$2 port=$3 said=cannot; shift 3
            lowport explain $port --user $who --program ${*##* } > said && said=can || true
            did=$(try $who $port $runner "$1" -l $port </dev/null)
            [ $said = $expected ] && [ $did = $expected ] || { echo "expected $expected, did $did:"; cat said; exit 1; }
            head -1 said
        }
        runner='lowport run --'

        """

    /// The numbers in the /proc of another PID namespace are not those of the processes that look there.
    @Test func `the caller is explained, whatever proc shows`() async throws {
        let outcome = try await Sandbox.run(
            """
            lowport grant 80 --user alice >/dev/null
            in_namespace() { unshare --pid --fork setpriv --reuid alice --regid alice --clear-groups "$@"; }
            in_namespace lowport explain 80 | head -1
            # What is said of the broker is what happens.
            in_namespace lowport explain 80 --program /bin/busybox | head -1
            in_namespace lowport run --via broker true || echo $?
            in_namespace lowport doctor | grep -o 'broker .*'
            mount -t proc -o hidepid=2 proc /proc; as alice lowport explain 80 | head -1
            mount -t tmpfs tmpfs /proc; as alice lowport explain 80 || echo $?
            """
        )
        #expect(
            outcome.output == """
                user alice can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run or authbind
                user alice cannot bind tcp 80: it is allowed, but the program cannot be reached: it is statically linked, and \
                /proc is not mounted, or belongs to another PID namespace
                125
                broker      /proc is not mounted, or belongs to another PID namespace: static programs and those of Go \
                are not reached (tried)
                user alice can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run or authbind
                71

                """,
            "\(outcome)"
        )
        #expect(
            outcome.errors == """
                lowport-run: /proc is not mounted, or belongs to another PID namespace
                hint: sudo mount -t proc proc /proc
                lowport: cannot look at this process: /proc is not mounted, or does not show it

                """
        )
    }

    @Test("What is explained is what happens") func saysWhatHappens() async throws {
        let outcome = try await Sandbox.run(
            Self.agrees + """
                agrees cannot alice 80 $BIN/nc
                lowport grant 80 --user alice >/dev/null
                agrees can alice 80 $BIN/nc
                agrees cannot bob 80 $BIN/nc
                install -m 644 /dev/null /etc/authbind/byport/81
                agrees cannot bob 81 $BIN/nc
                chmod a+x /etc/authbind/byport/81
                agrees can bob 81 $BIN/nc
                install -o bob -m 500 /dev/null /etc/authbind/byport/82
                agrees can bob 82 $BIN/nc
                agrees cannot alice 82 $BIN/nc
                echo 'allow group dns tcp 83' > /etc/lowport/rules.d/dns.rules
                agrees can bob 83 $BIN/nc
                agrees cannot alice 83 $BIN/nc
                printf "%s\\n" 0.0.0.0/0,84 ::/0,84 > /etc/authbind/byuid/1001; chmod 600 /etc/authbind/byuid/1001
                agrees can alice 84 $BIN/nc
                runner= ; mkdir $T/home; mount -t tmpfs -o mode=755 tmpfs $T/home; cp $BIN/nc $T/home/
                setcap cap_net_bind_service=ep $T/home/nc
                agrees can bob 85 $T/home/nc
                mount -o remount,nosuid $T/home
                agrees cannot bob 85 $T/home/nc
                """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output.description
                == """
                user alice cannot bind tcp 80: no rule and no file of authbind allows it, and /mnt/bin/nc has no file \
                capabilities
                user alice can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run or authbind
                user bob cannot bind tcp 80: no rule and no file of authbind allows it, and /mnt/bin/nc has no file \
                capabilities
                user bob cannot bind tcp 81: /etc/authbind/byport/81 is there, but user bob may not execute it
                user bob can bind tcp 81 by /etc/authbind/byport/81, started with lowport run or authbind
                user bob can bind tcp 82 by /etc/authbind/byport/82, started with lowport run or authbind
                user alice cannot bind tcp 82: /etc/authbind/byport/82 is there, but user alice may not execute it
                user bob can bind tcp 83 by rule /etc/lowport/rules.d/dns.rules:1, started with lowport run or authbind
                user alice cannot bind tcp 83: no rule and no file of authbind allows it, and /mnt/bin/nc has no file \
                capabilities
                user alice can bind tcp 84 by /etc/authbind/byuid/1001, line 1, started with lowport run or authbind
                user bob can bind tcp 85: /mnt/work/home/nc has the file capability
                user bob cannot bind tcp 85: the file capabilities of /mnt/work/home/nc have no effect: it lies on a file \
                system that is mounted nosuid

                """
        )
    }

    /// Does what the answer says would help, and asks again.
    @Test("The commands that are shown help") func itsCommandsHelp() async throws {
        let outcome = try await Sandbox.run(
            """
            fix() {
                lowport explain "$@" > said && { echo "already works: $*"; exit 1; } || true
                command=$(sed -n '/to make it work/{n;s/^ *\\([0-9][.] \\)\\?\\(sudo \\)\\?//p}' said)
                echo "$command"
                $command >/dev/null
                lowport explain "$@" > said || { cat said; exit 1; }
            }
            fix 80 --user alice
            install -m 644 /dev/null /etc/authbind/byport/81
            fix 81 --user alice
            fix 53 --udp --user bob --on 127.0.0.1
            lowport grant 90 --user alice --on ::1 >/dev/null
            fix 90 --user alice
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output == """
                lowport grant 80 --user alice
                chmod a+x /etc/authbind/byport/81
                lowport grant 53 --user bob --protocol udp --on 127.0.0.1
                lowport grant 90 --user alice

                """
        )
    }

    @Test func `a process that is older than the capability of its file is to be restarted`() async throws {
        let outcome = try await Sandbox.run(
            """
            cp /bin/sleep server; chmod 755 server
            (exec setpriv --reuid alice --regid alice --init-groups $T/server 100) & process=$!
            until [ "$(cat /proc/$process/comm)" = server ]; do sleep 0.01; done
            explain() { lowport explain 80 --pid $process | sed -n "s/process $process/process/;1p;/restart it/p"; }
            explain; setcap cap_net_bind_service=ep server; explain
            """
        )
        #expect(
            outcome.output == """
                process of user alice cannot bind tcp 80: no rule and no file of authbind allows it
                process of user alice cannot bind tcp 80: /mnt/work/server has the file capability, and the process does \
                not: it is older, or has given it up
                  restart it: /mnt/work/server has the capability for the next start

                """,
            "\(outcome)"
        )
    }

    @Test("Running processes and confined ones are explained") func runningProcessesAndConfinedOnes() async throws {
        let outcome = try await Sandbox.run(
            """
            lowport grant 80 --user alice >/dev/null
            (exec setpriv --reuid alice --regid alice --init-groups sleep 100) & plain=$!
            (exec setpriv --reuid alice --regid alice --init-groups lowport run --via preload sleep 100) & reached=$!
            (exec setpriv --reuid alice --regid alice --init-groups --inh-caps +net_bind_service \\
                --ambient-caps +net_bind_service sleep 100) & ambient=$!
            until [ "$(cat /proc/$plain/comm /proc/$reached/comm /proc/$ambient/comm | uniq)" = sleep ]; do sleep 0.01; done
            for process in $plain $reached $ambient; do
                lowport explain 80 --pid $process | sed "s/process $process/process/;q"
            done
            as alice setpriv --no-new-privs lowport explain 80 --program nc | head -1
            as alice lowport explain 80 --user bob | grep 'only root' | sed 's/  */ /g'
            as alice lowport explain 80 --program $BIN/no-such-program || echo $?
            lowport explain 80 --user nobody-of-that-name || echo $?
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output == """
                process of user alice cannot bind tcp 80: it is allowed, but the process was not started with lowport run \
                or authbind
                process of user alice can bind tcp 80 by rule /etc/lowport/rules:1
                process of user alice can bind tcp 80: it has CAP_NET_BIND_SERVICE
                user alice cannot bind tcp 80: it is allowed, but no_new_privs keeps the helper from having any privilege
                 note authbind only root can check the tree for another user; this is the answer for the calling user
                71
                64

                """
        )
    }

    @Test("The doctor finds what is broken") func theDoctorFindsWhatIsBroken() async throws {
        let outcome = try await Sandbox.run(
            """
            examine() { lowport doctor > said && echo sound || { grep -A1 ERROR said | sed 's/  */ /g'; }; }
            examine
            setcap -r $LIBEXEC/lowport-helper
            examine
            chown alice $LIBEXEC/lowport-helper
            examine
            chown root $LIBEXEC/lowport-helper
            setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $LIBEXEC/lowport-helper
            chmod 777 /etc/authbind/byport
            examine
            chmod 755 /etc/authbind/byport
            echo nonsense > /etc/lowport/rules
            examine
            rm /etc/lowport/rules $LIBEXEC/liblowport-preload.so
            examine
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output == """
                sound
                ERROR helper /mnt/libexec/lowport/lowport-helper has no privilege
                 -> sudo setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p /mnt/libexec/lowport/lowport-helper
                ERROR helper /mnt/libexec/lowport/lowport-helper belongs to uid 1001
                 -> sudo chown root:root /mnt/libexec/lowport/lowport-helper, and give it its privilege again
                ERROR helper /mnt/libexec/lowport/lowport-helper has no privilege
                 -> sudo setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p /mnt/libexec/lowport/lowport-helper
                ERROR authbind /etc/authbind/byport can be changed by others (uid 0, mode 0777), who can so allow \
                themselves any port
                 -> sudo chown root /etc/authbind/byport; sudo chmod go-w /etc/authbind/byport
                ERROR rules /etc/lowport/rules has errors and grants nothing
                 -> lowport check
                ERROR library liblowport-preload.so is not installed
                 -> sudo make install

                """
        )
    }
}
