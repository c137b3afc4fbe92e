// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// A program of a rule that dpkg(1) upgrades while it runs.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramUpgradeTests: KernelSuite {
    /// A package with a server, in two versions, in a /usr/lib and a database of dpkg that nobody else on the machine sees.
    static let prelude: ByteString = """
        F=/usr/lib/lowport-test/server; mkdir layers; mount -t tmpfs -o mode=755 tmpfs layers; mkdir layers/upper layers/work
        mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=layers/upper,workdir=layers/work /usr/lib
        mkdir -p /var/lib/dpkg/updates /var/lib/dpkg/info; : > /var/lib/dpkg/status; : > /var/lib/dpkg/available
        cat > server.c <<'END'
        #include <netinet/in.h>
        #include <sys/socket.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        /* Binds the port of each line, at another address each time, and keeps what it has bound before if that fails. */
        int main(void) {
            char line[32]; int kept = -1; unsigned address = 0x7f000000 + 256 * VERSION;
            while (fgets(line, sizeof line, stdin)) {
                int tcp = socket(AF_INET, SOCK_STREAM, 0), failed;
                struct sockaddr_in at = {AF_INET, htons(atoi(line)), {htonl(++address)}};
                failed = bind(tcp, (void *)&at, sizeof at) || listen(tcp, 1);
                printf("version %d, port %d: %s\\n", VERSION, atoi(line), failed ? strerror(errno) : "bound");
                fflush(stdout);
                if (failed) close(tcp); else { close(kept); kept = tcp; }
            }
        }
        END
        for version in 1 2; do
            mkdir -p $version/DEBIAN $version${F%/*}; musl-gcc -static -DVERSION=$version -o $version$F server.c
            printf '%s\\n' 'Package: lowport-test' "Version: $version" 'Architecture: all' \\
                'Maintainer: nobody <nobody@localhost>' 'Description: a server' > $version/DEBIAN/control
            dpkg-deb --root-owner-group -b $version $version.deb > dpkg.log
        done
        install() { dpkg -i $1.deb > dpkg.log 2>&1 || { cat dpkg.log; exit 1; }; }
        # `new PORT`: a new process; `old PORT`: that of `start`, which keeps running.
        new() { echo $1 | as alice $F; }
        start() { mkfifo orders; as alice $F < orders > answers & exec 3> orders; }
        old() {
            before=$(wc -l < answers); echo $1 >&3
            until [ $(wc -l < answers) -gt $before ]; do sleep 0.02; done; tail -1 answers
        }
        serves() { ss -Hltn 'sport = :80' | wc -l; }
        listed() { PATH=${F%/*}:$PATH lowport list 2> notes | tr -s ' ' | grep -o 'program any .*'; }

        """

    @Test("The old process keeps its socket, and the remedies make the new file work") func keepsAndRemedies()
        async throws
    {
        expect(
            try await enforced(
                Self.prelude + """
                    install 1; enable; lowport grant 80 --program $F -q 2> notes; start; old 80; new 81
                    echo "upgraded"; install 2; serves; getcap $F; new 80; old 81; serves; old 80
                    lowport check | sed -n 's/.*\\(has lost\\)/\\1/p'; lowport list 2>&1 > table | grep -o 'has lost [^,]*'
                    lowport enforce status | grep -c 'files changed'; as alice lowport explain 80 --verbose --program $F > said || :
                    grep -o 'has no file.*\\|was replaced.*' said
                    lowport doctor > said || :; sed -n 's/.*-> //p' said
                    echo "remedied"; sed -n 's/.*-> sudo //p' said > commands; . ./commands 2> notes; new 80; new 81
                    serves; old 80; serves; old 81; lowport check; lowport doctor | grep -c -- '->' || :
                    """
            ),
            """
            version 1, port 80: bound
            version 1, port 81: Operation not permitted
            upgraded
            1
            version 2, port 80: Permission denied
            version 1, port 81: Operation not permitted
            1
            version 1, port 80: bound
            has lost cap_net_bind_service, which lowport grant gave it, as by an upgrade; sudo lowport grant --program /usr/lib/lowport-test/server
            has lost cap_net_bind_service
            1
            has no file capabilities; replacing the file, as an upgrade does, removes them
            was replaced since the kernel got the policy, and the kernel knows the old file
            sudo lowport grant --program /usr/lib/lowport-test/server
            sudo lowport enforce reload
            remedied
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            version 2, port 80: bound
            version 2, port 81: Operation not permitted
            1
            version 1, port 80: Operation not permitted
            1
            version 1, port 81: Operation not permitted
            1 rule in 1 file: no errors
            0

            """
        )
    }

    @Test("The same command as at first makes the new file work, and never frees it") func grantsAgain() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    install 1; enable; lowport grant 80 --program $F -q 2> notes; start; old 80; install 2
                    lowport grant 80 --program $F 2> notes; new 80; new 81; serves; listed
                    # What the package itself, or somebody by hand, gives to a file is not confined until the policy is loaded.
                    exec 3>&-; wait; install 1; setcap cap_net_bind_service=ep $F; new 81; listed
                    lowport check | sed -n 's/.*\\(was replaced\\)/\\1/p'; lowport list 2>&1 > table | sed -n 's/.*\\(was replaced\\)/\\1/p'
                    lowport doctor > said || :; sed -n 's/^ERROR *//p' said
                    sed -n 's/.*-> sudo //p' said > commands; . ./commands; new 81; new 80; listed; lowport check
                    """
            ),
            """
            version 1, port 80: bound
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            version 2, port 80: bound
            version 2, port 81: Operation not permitted
            1
            program any by the rules all - - capability of /usr/lib/lowport-test/server, confined by /etc/lowport/rules:2
            version 1, port 81: bound
            program any all all - - capability of /usr/lib/lowport-test/server
            was replaced since the kernel got the policy, and the kernel knows the old file; sudo lowport enforce reload
            was replaced since the kernel got the policy, and the kernel knows the old file; sudo lowport enforce reload
            programs    /usr/lib/lowport-test/server was replaced since the kernel got the policy, and the kernel knows the old file
            kernel      the policy changed since the kernel got it
            version 1, port 81: Operation not permitted
            version 1, port 80: bound
            program any by the rules all - - capability of /usr/lib/lowport-test/server, confined by /etc/lowport/rules:2
            1 rule in 1 file: no errors

            """
        )
    }

    @Test("A line that confines is in the kernel before its program gets what it keeps") func loadsTheLineFirst()
        async throws
    {
        expect(
            try await enforced(
                Self.prelude + """
                    install 1; echo "allow program $F tcp 80" > /etc/lowport/rules; enable
                    echo "confine program $F" >> /etc/lowport/rules; echo "program $F cap_net_bind_service" > /etc/lowport/programs
                    setcap cap_net_bind_service=ep $F; listed; setcap -r $F; lowport programs apply; new 80; new 81; listed
                    """
            ),
            """
            program any all all - - capability of /usr/lib/lowport-test/server
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            version 1, port 80: bound
            version 1, port 81: Operation not permitted
            program any by the rules all - - capability of /usr/lib/lowport-test/server, confined by /etc/lowport/rules:2

            """
        )
    }

    @Test("A hook of dpkg does it at every upgrade") func hook() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    install 1; enable; lowport grant 80 --program $F -q 2> notes
                    echo "post-invoke=$BIN/lowport grant 80 --program $F -q" > /etc/dpkg/dpkg.cfg.d/lowport-test
                    install 2; new 80; new 81; lowport check
                    """
            ),
            """
            version 2, port 80: bound
            version 2, port 81: Operation not permitted
            1 rule in 1 file: no errors

            """
        )
    }
}
