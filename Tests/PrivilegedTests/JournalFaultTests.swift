// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `lowport log` says of a journal that cannot be read to its end, and of binds without an end.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct JournalFaultTests: KernelSuite {
    /// `journalctl_does SCRIPT` puts SCRIPT in the place of journalctl(1).
    private static let fake: ByteString = """
        mkdir -p /run/log/journal/x; touch journalctl; chmod 755 journalctl; mount --bind journalctl /usr/bin/journalctl
        journalctl_does() { printf '#!/bin/sh\\n%s\\n' "$1" > journalctl; }

        """

    @Test("A journal that is not read to its end is an error, and the kernel's events are shown") func saysFaults()
        async throws
    {
        expect(
            try await enforced(
                Self.fake + """
                    tried() { status lowport "$@"; cut -d ' ' -f 2-6 said; cat errors; rm errors; }
                    enable; try_bind alice 127.0.0.1 81 > out
                    journalctl_does 'exit 1'; tried log; tried log
                    journalctl_does 'kill -9 $$'; tried log --since 1h
                    journalctl_does 'printf "MESSAGE\\n\\003\\000\\000\\000\\000\\000\\000\\000abcd\\n"'; tried log
                    journalctl_does 'exit 1'; tried check --programs /mnt/work
                    journalctl_does 'exit 0'; tried log; tried check --programs /mnt/work
                    # A journal that is followed has no end.
                    tried log --follow; lowport enforce disable; tried log --follow
                    """
            ),
            """
            71
            refused uid 1001 (user alice,
            lowport: cannot read the journal: journalctl ended with status 1
            71
            lowport: cannot read the journal: journalctl ended with status 1
            71
            lowport: cannot read the journal: signal 9 ended journalctl
            71
            lowport: cannot read the journal: journalctl wrote what is not in its format
            71
            lowport: cannot read the journal: journalctl ended with status 1
            hint: name files with log lines: --log FILE
            0
            0
            program has cap_net_bind_service
            71
            lowport: cannot read the journal: journalctl stopped following it
            71
            lowport: cannot read the journal: journalctl stopped following it

            """
        )
    }

    @Test("A bind of the helper is shown once, also if what became of it comes late") func showsBindsOnce()
        async throws
    {
        expect(
            try await enforced(
                JournalTests.prelude + """
                    cat > helper.py <<'END'
                    import os, socket, sys, time
                    def say(word, port, grounds=""):
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect("/dev/log")
                        s.send(b'<86>lowport-helper[1]: %s uid 1001 (program "x", pid 1) tcp 127.0.0.1:%d by /etc/lowport/rules:1%s'
                            % (word.encode(), port, grounds.encode()))
                    def wait(name):
                        while not os.path.exists(name): time.sleep(0.02)
                    say("allowed", 81); wait("one"); say("bound", 81)
                    say("allowed", 82); say("bound", 82)
                    say("allowed", 83); wait("two"); say("failed", 83, ": address already in use"); wait("three")
                    END
                    enable; timeout 120 lowport log --follow > both & READER=$!
                    until grep -q byuid both; do as alice authbind bind-probe tcp4 bind 127.0.0.1 90 > out; sleep 0.1; done
                    timeout 120 /usr/bin/python3 helper.py & HELPER=$!
                    until grep -q ':81 ' both; do sleep 0.05; done; touch one
                    until grep -q ':83 ' both; do sleep 0.05; done; touch two
                    until grep -q 'already in use' both; do sleep 0.05; done; touch three; wait $HELPER
                    lowport enforce disable; wait $READER; grep -v ':90 ' both | cut -d ' ' -f 2-3,14-
                    """
            ),
            """
            allowed by 127.0.0.1:81 by /etc/lowport/rules:1
            allowed by 127.0.0.1:82 by /etc/lowport/rules:1
            allowed by 127.0.0.1:83 by /etc/lowport/rules:1
            failed although 127.0.0.1:83 by /etc/lowport/rules:1: address already in use

            """
        )
    }

    @Test("Binds without an end do not keep the log from its end") func endsInAFlood() async throws {
        expect(
            try await enforced(
                JournalTests.prelude + """
                    cat > flood.py <<'END'
                    import socket
                    while True:
                        try: socket.socket().bind(("127.0.0.1", 81))
                        except PermissionError: pass
                    END
                    enable; as bob timeout 300 /usr/bin/python3 flood.py & FLOOD=$!
                    until lowport enforce status | grep -Eq 'events lost: +[1-9]'; do sleep 0.05; done
                    for journal in yes no; do
                        status timeout 60 lowport log; grep -q 'refused uid 1002' said && grep -c 'lost [0-9]* events' said
                        [ $journal = no ] || { kill $JOURNALD; wait $JOURNALD || :; rm -rf /run/log/journal /var/log/journal/*; }
                    done
                    kill $FLOOD; wait $FLOOD || :
                    """
            ),
            "0\n1\n0\n1\n"
        )
    }

    @Test("A user who may not read all of the journal is told so") func saysWhatIsNotSeen() async throws {
        expect(
            try await enforced(
                JournalTests.prelude + """
                    logger x; journalctl --sync; cat errors 2> err || :
                    tried() { status "$@"; cat said errors; rm errors; }
                    tried as alice lowport log
                    # A journal of the user's own can be read, and is not all.
                    for system in /run/log/journal/*/system.journal; do
                        cp $system ${system%/*}/user-1001.journal; setfacl -m u:alice:r ${system%/*}/user-1001.journal 2> err ||
                            chown alice ${system%/*}/user-1001.journal
                        chmod 755 ${system%/*}
                    done
                    tried as alice lowport log
                    # What other machines sent is not missing; and where nobody may look, something may be.
                    for system in /run/log/journal/*/system.journal; do chown alice $system; done
                    mkdir -m 700 /run/log/journal/remote; tried as alice lowport log; chmod 711 /run/log/journal; tried as alice lowport log
                    """
            ),
            """
            77
            note: this user may not read the journal of the system: what other users bound is not shown
            lowport: cannot read the journal: journalctl ended with status 1
            hint: run it as root, with sudo
            0
            note: this user may not read the journal of the system: what other users bound is not shown
            0
            77
            note: this user may not read the journal of the system: what other users bound is not shown
            lowport: cannot read the journal: journalctl ended with status 1
            hint: run it as root, with sudo

            """
        )
    }

    @Test("A bind of which nothing more is heard is shown while others follow") func showsOverdueBinds() async throws {
        expect(
            try await enforced(
                Self.fake + """
                    cat > journalctl <<'END'
                    #!/bin/sh
                    entry() {
                        printf '%s\\n' __REALTIME_TIMESTAMP=1700000000000000 _UID=0 _PID=$1 SYSLOG_IDENTIFIER=lowport-helper \\
                            "MESSAGE=$2 uid 1001 (program \\"x\\", pid $1) tcp 127.0.0.1:$3 $4" ''
                    }
                    entry 7 allowed 81 'by /etc/lowport/rules:1'
                    while entry 8 refused 82: 'operation not permitted (byuid/1001)'; do sleep 0.1; done
                    END
                    timeout 60 lowport log --follow > shown & READER=$!
                    until grep -q ':81 ' shown || ! kill -0 $READER 2> /dev/null; do sleep 0.05; done
                    kill $READER; wait $READER 2> /dev/null || :; grep ':81 ' shown | cut -d ' ' -f 2-; grep -c ':82 ' shown > count
                    """
            ),
            """
            allowed by rule uid 1001 (user alice, program "x", pid 7) tcp 127.0.0.1:81 by /etc/lowport/rules:1

            """
        )
    }
}
