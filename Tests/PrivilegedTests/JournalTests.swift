// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// The journal of systemd, a real one: changes of the policy, binds, and what `lowport log` reads there.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct JournalTests: KernelSuite {
    /// A journal in /run that nobody else has; `shown FIELD...` prints the fields of all entries of ours.
    static let prelude: ByteString = """
        mkdir -p /run/systemd/journal; mkdir -p /mnt/dev; cp -a /dev/null /dev/zero /dev/urandom /mnt/dev
        ln -sf /run/systemd/journal/dev-log /mnt/dev/log; mount --bind /mnt/dev /dev
        timeout 600 /usr/lib/systemd/systemd-journald 2> journald.log & JOURNALD=$!
        until [ -S /run/systemd/journal/socket ] && [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done
        cat > shown.py <<'END'
        import json, re, subprocess, sys
        subprocess.run(["journalctl", "--sync"], check=True)
        answer = subprocess.run(["journalctl", "--output=json", "--quiet"], capture_output=True, check=True)
        for line in answer.stdout.splitlines():
            entry = json.loads(line)
            if not entry.get("SYSLOG_IDENTIFIER", "").startswith("lowport"): continue
            text = "|".join(",".join(v) if isinstance(v, list) else str(v) for v in map(entry.get, sys.argv[1:]))
            print(re.sub(r"20..-..-..T..:..:..Z ", "", re.sub(r"executable [^,]*, pid [0-9]+|pid [0-9]+", "pid N", text)))
        END
        shown() { /usr/bin/python3 shown.py "$@"; }
        logged() { journalctl --sync; lowport log "$@" | sed -E 's/^[^ ]+ //; s/(executable [^,]*, )?pid [0-9]+/pid N/'; }

        """

    @Test("Changes are entries with fields") func changesAreEntries() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    SUDO_UID=1001 lowport grant 80 443 --user alice --comment 'a
                    b' 2> err || lowport grant 80 443 --user alice -q
                    SUDO_UID=1001 lowport revoke 443 --user alice -q; lowport threshold 500 -q
                    shown LOWPORT_VERB LOWPORT_RULE LOWPORT_ADDED LOWPORT_REMOVED LOWPORT_UID LOWPORT_LOGINUID LOWPORT_USER
                    shown PRIORITY MESSAGE_ID SYSLOG_IDENTIFIER SYSLOG_FACILITY LOWPORT_COMPLETE _TRANSPORT LOWPORT_COMMAND
                    shown MESSAGE
                    # Without the journal, the line goes to the log of the machine.
                    kill $JOURNALD; wait $JOURNALD 2> err || :; rm -f /run/systemd/journal/socket /run/systemd/journal/dev-log
                    cat > log.py <<'END'
                    import socket
                    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/run/systemd/journal/dev-log"); print(s.recv(4096), flush=True)
                    END
                    timeout 60 /usr/bin/python3 log.py > line & until [ -S /run/systemd/journal/dev-log ]; do sleep 0.05; done
                    lowport grant 81 --user alice -q; wait $!; sed 's/\\[[0-9]*\\]/[N]/' line
                    """
            ),
            """
            grant|allow user alice tcp 80,443|allow user alice tcp 80,443|None|0|0|root
            revoke|allow user alice tcp 80,443,allow user alice tcp 80|allow user alice tcp 80|allow user alice tcp 80,443|0|1001|alice
            threshold|None|None|None|0|0|root
            5|27a0e9425dbd4db2aeef482108bb994f|lowport|4|yes|journal|lowport grant 80 443 --user alice -q
            5|27a0e9425dbd4db2aeef482108bb994f|lowport|4|yes|journal|lowport revoke 443 --user alice -q
            5|87a88482e33845b5bf81ee27727416a6|lowport|4|yes|journal|lowport threshold 500 -q
            user root (uid 0) by "lowport grant 80 443 --user alice -q": added "allow user alice tcp 80,443"
            user alice (uid 1001) by "lowport revoke 443 --user alice -q": removed "allow user alice tcp 80,443", added "allow user alice tcp 80"
            user root (uid 0) by "lowport threshold 500 -q": net.ipv4.ip_unprivileged_port_start is 500, was 1024
            b'<37>lowport[N]: user root (uid 0) by "lowport grant 81 --user alice -q": added "allow user alice tcp 81"'

            """
        )
    }

    @Test("Binds of the kernel engine are entries with fields, and are read back") func bindsAreEntries() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    printf 'allow user alice tcp 80\\n' > /etc/lowport/rules; enable
                    try_bind alice 127.0.0.1 80; try_bind alice ::1 81
                    lowport log > first; lowport log --journal; lowport log --journal --json 2>&1 > out | head -n 1
                    try_bind alice 127.0.0.1 80; try_bind bob 127.0.0.1 82 udp; lowport log --json > before
                    try_bind alice 127.0.0.1 80; try_bind bob 127.0.0.1 82 udp; lowport log --journal
                    shown MESSAGE | grep python3
                    shown PRIORITY MESSAGE_ID LOWPORT_RESULT LOWPORT_RULE LOWPORT_PORT LOWPORT_UID LOWPORT_USER LOWPORT_PROTOCOL | tail -n 1
                    shown PRIORITY MESSAGE_ID LOWPORT_RESULT LOWPORT_RULE LOWPORT_PORT LOWPORT_UID LOWPORT_OUTCOME | tail -n 2
                    echo "read back"; logged; logged --user bob; logged --port 80; logged --outcome refused; logged --outcome failed
                    logged --since 2100-01-01T00:00:00Z; logged --since 1h | wc -l
                    # Every field of the kernel's own record is in the one that is read back, with the same value.
                    lowport log --json > after; /usr/bin/python3 -c 'if True:
                        import json
                        before, after = ([json.loads(line) for line in open(name)] for name in ("before", "after"))
                        for a, b in zip(before, after):
                            print(sorted(k for k in a.keys() | b.keys() if a.get(k) != b.get(k) and k not in ("pid", "time")))'
                    lowport check --programs /mnt/work --log first | head -n 1
                    """
            ),
            """
            bound
            EACCES
            lowport: --journal goes with none of --json and --since
            bound
            EACCES
            bound
            EACCES
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1
            refused uid 1002 (user bob, program "python3", pid N) udp 127.0.0.1:82 since no rule allows it
            5|5bf881d23cbd47e5b495c21ca8fe1891|refused|None|82|1002|bob|udp
            6|20123a3ac1bf46bb83c9b8c618db72ad|allowed by rule|/etc/lowport/rules:1|80|1001|granted
            5|5bf881d23cbd47e5b495c21ca8fe1891|refused|None|82|1002|left
            read back
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1
            refused uid 1002 (user bob, program "python3", pid N) udp 127.0.0.1:82 since no rule allows it
            refused uid 1002 (user bob, program "python3", pid N) udp 127.0.0.1:82 since no rule allows it
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1
            refused uid 1002 (user bob, program "python3", pid N) udp 127.0.0.1:82 since no rule allows it
            2
            []
            []
            no program has cap_net_bind_service

            """
        )
    }

    @Test("Records of the helper are read as well, and nobody writes them for others") func readsTheHelper()
        async throws
    {
        expect(
            try await enforced(
                Self.prelude + """
                    touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81; lowport grant 83 --user alice -q
                    as alice authbind bind-probe tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82 tcp4 bind 127.0.0.1 81 > out
                    as alice authbind bind-probe tcp6 bind ::1 83 > out
                    # What others say of alice, and what looks like a record of the kernel, does not count.
                    cat > forge.py <<'END'
                    import socket
                    def send(path, data):
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(path); s.send(data)
                    line = b'bound uid %d (program "evil", pid 1) tcp 0.0.0.0:%d by /etc/lowport/rules:1'
                    send("/dev/log", b"<86>lowport-helper[1]: " + line % (1001, 666))
                    send("/dev/log", b"<86>lowport-helper[1]: " + line % (1002, 667))
                    record = (b"LOWPORT_RECORDER=kernel\\nLOWPORT_TIME=2026-12-01T12:00:00Z\\nLOWPORT_RESULT=refused\\n"
                        b"LOWPORT_REASON=x\\nLOWPORT_OUTCOME=left\\nLOWPORT_UID=1001\\nLOWPORT_PID=1\\nLOWPORT_COMMAND=x\\nLOWPORT_PROTOCOL=tcp\\n"
                        b"LOWPORT_ADDRESS=::\\nLOWPORT_PORT=668\\nLOWPORT_GID=1\\nLOWPORT_CGROUP=1\\nLOWPORT_NETWORK=1\\nMESSAGE=x\\n")
                    send("/run/systemd/journal/socket", record)
                    # As an entry that is read for the helper; the names of fields that journald adds are not taken.
                    send("/run/systemd/journal/socket", record + b"_UID=0\\nSYSLOG_IDENTIFIER=lowport-helper\\n")
                    END
                    as bob /usr/bin/python3 forge.py
                    logged; lowport log --outcome failed --json | sed -E 's/"pid":[0-9]+/"pid":N/; s/"time":"[^"]*"/"time":T/'
                    enable; try_bind alice 127.0.0.1 83; logged --port 83
                    """
            ),
            """
            allowed by rule uid 1001 (user alice, program "bind-probe", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81
            refused uid 1001 (user alice, program "bind-probe", pid N) tcp 127.0.0.1:82 since operation not permitted (byuid/1001)
            failed although allowed uid 1001 (user alice, program "bind-probe", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81: address already in use
            allowed by rule uid 1001 (user alice, program "bind-probe", pid N) tcp [::1]:83 by /etc/lowport/rules:1
            allowed by rule uid 1002 (user bob, program "evil", pid N) tcp 0.0.0.0:667 by /etc/lowport/rules:1
            {"address":"127.0.0.1","command":"bind-probe","file":"/etc/authbind/byport/81","line":0,"outcome":"granted","pid":N,"port":81,"protocol":"tcp","reason":"by /etc/authbind/byport/81: address already in use","recorder":"helper","result":"failed although allowed","schema":"lowport.log/1","time":T,"uid":1001,"user":"alice"}
            bound
            allowed by rule uid 1001 (user alice, program "bind-probe", pid N) tcp [::1]:83 by /etc/lowport/rules:1
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:83 by /etc/lowport/rules:1

            """
        )
    }

    @Test("Both are followed, also while the service has the events") func followsBoth() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81; lowport grant 80 --user alice -q; enable
                    lowport log --follow > both & FIRST=$!
                    until grep -q "FLOCK .* $FIRST .*:$(stat -c %i /run/lowport/log.lock 2> /dev/null) " /proc/locks; do sleep 0.05; done
                    # The journal is followed once its reader has found its place.
                    until grep -q byuid both; do as alice authbind bind-probe tcp4 bind 127.0.0.1 82 > out; sleep 0.1; done
                    try_bind alice 127.0.0.1 80; until grep -q ':80 ' both; do sleep 0.05; done
                    lowport enforce disable; wait $FIRST; echo "ended $?"; while pgrep journalctl > out; do sleep 0.05; done
                    sed -E 's/^[^ ]+ //; s/(executable [^,]*, )?pid [0-9]+/pid N/' both | grep -v 'since no rule' | sort -u
                    enable; lowport log --follow --journal > nothing & SERVICE=$!
                    until grep -q "FLOCK .* $SERVICE .*:$(stat -c %i /run/lowport/log.lock 2> /dev/null) " /proc/locks; do sleep 0.05; done
                    timeout 60 lowport log --follow > second & SECOND=$!
                    until [ -s second ]; do try_bind alice 127.0.0.1 80 > out; sleep 0.1; done; kill $SECOND; wait $SECOND || echo "status $?"
                    logged --outcome allowed | sort -u; cat nothing
                    """
            ),
            """
            bound
            ended 0
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1
            refused uid 1001 (user alice, program "bind-probe", pid N) tcp 127.0.0.1:82 since operation not permitted (byuid/1001)
            status 143
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1

            """
        )
    }

    @Test("The catalogue explains every message, and systemd reads it") func explainsItsMessages() async throws {
        let identifiers = try String(
            contentsOfFile: "\(Release.repository)/Sources/lowport-admin/Journal/JournalMessage.swift",
            encoding: .utf8
        ).matches(of: /"([0-9a-f]{32})"/).map { String($0.1) }
        #expect(identifiers.count == 6)
        let catalogue = try String(
            contentsOfFile: "\(Release.repository)/Packaging/systemd/lowport.catalog",
            encoding: .utf8
        )
        // journalctl puts the value there as it is: what a program chose as its name, or words without quotation marks.
        #expect(!catalogue.contains("@LOWPORT_COMMAND@"))
        let outcome = try await Sandbox.run(
            """
            mkdir -p root/usr/lib/systemd/catalog root/var/lib/systemd/catalog
            cp \(Release.repository)/Packaging/systemd/lowport.catalog root/usr/lib/systemd/catalog/
            journalctl --root=$T/root --update-catalog; journalctl --root=$T/root --list-catalog | cut -c1-32 | sort
            """
        )
        #expect(
            outcome.output.description.split(separator: "\n").map(String.init) == identifiers.sorted(),
            "\(outcome)"
        )
        #expect(outcome.errors == "")
    }
}
