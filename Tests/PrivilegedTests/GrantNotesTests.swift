// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `lowport grant` says of grants that do not do what one may expect.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct GrantNotesTests {
    @Test("Grants to root and of open ports are said to change nothing") func saysWhatRulesDoNotChange() async throws {
        let outcome = try await Sandbox.run(
            """
            said() { "$@" 2>&1 > out | sed "s/^/$(echo "$*" | cut -d' ' -f3-): /"; }
            echo toor:x:0:0::/: >> /etc/passwd
            said lowport grant 80 --user root
            said lowport grant 81 --uid 0
            said env SUDO_UID=1001 lowport grant 82 --user toor
            said lowport grant 80 --user root
            said lowport grant 83 --user root --dry-run
            said lowport grant 84 --user root --quiet
            said lowport grant 8080 --user alice
            said lowport grant 1023 --user alice
            said lowport grant 1000-2000 80 3000 --everyone --protocol udp
            lowport threshold 80 -q
            said lowport grant 80 --group dns
            said lowport grant 79 --group dns --json
            said lowport grant 90 --group dns --quiet
            lowport threshold 1024 -q
            echo 'confine root' > /etc/lowport/rules.d/root.rules
            said lowport grant 85 --user root
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        80 --user root: warning: root may bind every port already, without a rule; did you mean another user?
                        81 --uid 0: warning: root may bind every port already, without a rule; did you mean another user?
                        lowport grant 82 --user toor: warning: root may bind every port already, without a rule; did you mean alice, who ran sudo?
                        80 --user root: warning: root may bind every port already, without a rule; did you mean another user?
                        83 --user root --dry-run: warning: root may bind every port already, without a rule; did you mean another user?
                        8080 --user alice: note: every user may bind 8080 already, without a rule, as every port from 1024 on
                        1000-2000 80 3000 --everyone --protocol udp: note: every user may bind 1024-2000,3000 already, without a rule, as every port from 1024 on
                        80 --group dns: note: every user may bind 80 already, without a rule, as every port from 80 on

                        """
                )
        )
    }

    /// The loader itself is asked: what is warned of does not start for an ordinary user, and all else does.
    @Test("Programs that would not start with capabilities are warned of") func warnsOfWhatDoesNotStart() async throws {
        let outcome = try await Sandbox.run(
            """
            mkdir -p /mnt/srv/lib /mnt/srv/b; cd /mnt/srv; W='-Wl,'
            echo 'int x(void) { return 0; }' > x.c; echo 'int x(void); int a(void) { return x(); }' > a.c
            echo 'int x(void); int main(void) { return x(); }' > p.c; echo 'int a(void); int main(void) { return a(); }' > q.c
            cc -shared -fPIC -o lib/libx-of-test.so x.c
            cc -shared -fPIC -o b/liba-of-test.so a.c -Llib -lx-of-test "$W-rpath,\\$ORIGIN/../lib"
            cc -shared -fPIC -o b/libb-of-test.so a.c -Llib -lx-of-test "$W-rpath,/mnt/\\$ORIGIN/../lib"
            cc -shared -fPIC -o b/libc-of-test.so a.c -Llib -lx-of-test
            L='-Llib -lx-of-test'
            build() { name=$1; shift; cc -o $name "$@"; }
            build runpath p.c $L "$W-rpath,\\$ORIGIN/lib" "$W--enable-new-dtags"
            build rpath p.c $L "$W-rpath,\\$ORIGIN/lib" "$W--disable-new-dtags"
            build braces p.c $L "$W-rpath,\\${ORIGIN}/lib"
            build second p.c $L "$W-rpath,/none:\\$ORIGIN/lib"
            build both p.c $L "$W-rpath,\\$ORIGIN/none:/mnt/srv/lib"
            build absolute p.c $L "$W-rpath,/mnt/srv/lib"
            build environment p.c $L
            build chain q.c -Lb -la-of-test "$W-rpath,/mnt/srv/b" "$W-rpath-link,lib"
            build broken-chain q.c -Lb -lb-of-test "$W-rpath,/mnt/srv/b" "$W-rpath-link,lib"
            build inherited q.c -Lb -lc-of-test "$W-rpath,/mnt/srv/b:/mnt/srv/lib" "$W--disable-new-dtags"
            build not-inherited q.c -Lb -lc-of-test "$W-rpath,/mnt/srv/b:/mnt/srv/lib" "$W--enable-new-dtags"
            build no-loader p.c $L "$W-rpath,/mnt/srv/lib" "$W--dynamic-linker,/no/loader"
            build static -static p.c x.c
            mount -t tmpfs -o mode=0755 tmpfs /usr/lib/locale
            mkdir /usr/lib/locale/bin; cp -r lib /usr/lib/locale
            cc -o /usr/lib/locale/bin/below p.c $L "$W-rpath,\\$ORIGIN/../lib"
            cc -o /usr/lib/locale/bin/out p.c $L "$W-rpath,\\$ORIGIN/../../../../mnt/srv/lib"
            for program in /mnt/srv/runpath rpath braces second both absolute environment chain broken-chain inherited \\
                not-inherited no-loader static /usr/lib/locale/bin/below /usr/lib/locale/bin/out; do
                case $program in /*) ;; *) program=/mnt/srv/$program ;; esac
                as alice env LD_LIBRARY_PATH=/mnt/srv/lib $program 2> err && plain=starts || plain=fails
                lowport grant --program $program > out 2> said
                as alice env LD_LIBRARY_PATH=/mnt/srv/lib $program 2> err && now=starts || now=fails
                grep -q "cannot be started" said && warned=warned || warned=silent
                echo "${program##*/}: $plain, $now, $warned"
            done
            lowport revoke --program runpath -q; lowport grant --program runpath --dry-run 2>&1 | grep loader
            lowport grant --program runpath --quiet
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        runpath: starts, fails, warned
                        rpath: starts, fails, warned
                        braces: starts, fails, warned
                        second: starts, fails, warned
                        both: starts, starts, silent
                        absolute: starts, starts, silent
                        environment: starts, fails, warned
                        chain: starts, starts, silent
                        broken-chain: starts, fails, warned
                        inherited: starts, starts, silent
                        not-inherited: starts, fails, warned
                        no-loader: fails, fails, warned
                        static: starts, starts, silent
                        below: starts, starts, silent
                        out: starts, fails, warned
                        warning: /mnt/srv/runpath cannot be started: as its file gives it privileges, the loader ignores $ORIGIN \
                        and LD_LIBRARY_PATH, and does not find libx-of-test.so

                        """
                )
        )
    }

    @Test("Files whose capabilities have no effect are warned of before and after") func warnsOfWhatHasNoEffect()
        async throws
    {
        let outcome = try await Sandbox.run(
            """
            mkdir -p /mnt/srv/nosuid /mnt/srv/noexec; cd /mnt/srv
            mount -t tmpfs -o nosuid,mode=0755 tmpfs nosuid; mount -t tmpfs -o noexec,mode=0755 tmpfs noexec
            for place in . nosuid noexec; do cp /bin/true $place/true; done
            printf '#!/bin/sh\\n' > script; echo text > text; cp true plain; chmod 755 script text; chmod 644 plain
            cp true boot; setcap cap_sys_boot=p boot
            said() {
                lowport grant --program "$@" 2>&1 > out | grep -v "every user\\|an upgrade" | \\
                    sed -n "s|/mnt/srv/||g; s|^warning: |$how: |p"
            }
            for how in --dry-run --json; do
                for file in true nosuid/true noexec/true script text plain; do said $file $how; done
                setpriv --bounding-set -sys_boot lowport grant --program boot $how 2>&1 > out | grep bounding
            done
            lowport grant --program script --quiet
            """
        )
        let lines = { (how: ByteString) in
            """
            \(how): file capabilities of nosuid/true have no effect: it lies on a file system that is mounted nosuid
            \(how): noexec/true may not be executed by user nobody: it lies on a file system that is mounted noexec
            \(how): file capabilities of a script have no effect: script is run by /usr/bin/dash
            \(how): file capabilities of a script have no effect: text is run by /usr/bin/dash
            \(how): plain may not be executed by user nobody: permission denied
            warning: file capabilities of /mnt/srv/boot have no effect: some of them are outside the bounding set, so that \
            the program cannot be started at all

            """ as ByteString
        }
        #expect(outcome == Outcome(status: 0, output: lines("--dry-run") + lines("--json")))
    }

    @Test("An option with one value is not given twice") func refusesRepeatedOptions() async throws {
        let outcome = try await Sandbox.run(
            """
            cp /bin/true /mnt/a; cp /bin/true /mnt/b
            tried() { "$@" > out 2> err && echo 0 || echo "$? $(head -1 err)"; }
            tried lowport grant --program /mnt/a --program /mnt/b
            tried lowport revoke --program=/mnt/a --program /mnt/b
            tried lowport grant 80 --user alice --user bob
            tried lowport grant 80 --user alice --on 127.0.0.1 --on=::1
            tried lowport explain 80 --unit a --unit b
            tried lowport enforce enable --cgroup a --cgroup b
            tried lowport grant 80 --user alice --comment=--user
            tried lowport revoke 80 --user alice --quiet --quiet
            getcap /mnt/a /mnt/b; cat /etc/lowport/rules
            lowport explain 80 --user alice --user bob --json 2>/dev/null | grep error
            """
        )
        #expect(
            outcome.output == """
                64 lowport: --program is given twice; it takes one value
                64 lowport: --program is given twice; it takes one value
                64 lowport: --user is given twice; it takes one value
                64 lowport: --on is given twice; it takes one value
                64 lowport: --unit is given twice; it takes one value
                64 lowport: --cgroup is given twice; it takes one value
                0
                0
                  "error" : "--user is given twice; it takes one value",
                  "schema" : "lowport.error/1",

                """
        )
    }
}
