// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport can-bind`, answered by the command itself as by the program that has all verbs.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct CanBindTests: SandboxSuite {
    static let prelude = """
        lowport grant 80 --user alice --quiet; lowport grant 53 --user alice --protocol udp --on 127.0.0.0/8 --quiet
        lowport grant 81 --everyone --on ::/0 --quiet; echo 'allow user ghost tcp 84' >> /etc/lowport/rules
        lowport grant 85 --everyone --on 0.0.0.0/0 --quiet; lowport grant 85 --everyone --on ::/0 --quiet
        install -m 0710 -g dns /dev/null /etc/authbind/byport/82
        printf '%s\\n' '0.0.0.0,83' > /etc/authbind/byuid/1002; printf '%s\\n' '0.0.0.0,83' > /etc/authbind/byuid/1001
        chmod 600 /etc/authbind/byuid/1001
        for name in "$(printf '\\r\\303(')" 'a"b' 'back\\slash' "$(printf 'umlaut-\\303\\274')"; do
            echo "allow group dns tcp 8$(printf %s "$name" | wc -c)" > "/etc/lowport/rules.d/$name.rules"
        done
        echo 'allow everyone tcp 90 until 1999-01-01T00:00:00Z' > /etc/lowport/rules.d/over.rules
        echo 'alow everyone tcp 91' > /etc/lowport/rules.d/wrong.rules

        """

    @Test func `both answer alike`() async throws {
        try await expect(
            """
            cat > compare.py <<'END'
            import itertools, os, subprocess
            ports = ["80", "http", "53", "domain", "81", "82", "83", "84", "85", "86", "88", "89", "810", "90", "91", "1023",
                "1024", "65535", "0", "00080", "80-80", "80-81", "80,81", "", "-1", "nosuch", "http-http", b"\\xff", "8 0", "65536"]
            options = [[], ["--udp"], ["--on", "127.0.0.1"], ["--on=::1"], ["--on", "::"], ["--on=::", "--udp"], ["--on", "0.0.0.0"],
                ["--on", "::ffff:127.0.0.1"], ["--json"], ["--json", "--on", "::"], ["--udp", "--udp", "--json"], ["--"],
                ["--on", "::1", "--on", "127.0.0.1"], ["--on", "localhost"], ["--on"], ["--on="], ["--on", "--udp"], ["--help"], ["-h"],
                ["--version"], ["--bogus"], ["--json=1"], ["--no-udp"], ["80"], ["--udp", "--", "--json"], ["-u"]]
            groups = {1001: [], 1002: [1100], 0: []}
            seen = {}
            def ask(program, words, user):
                ended = subprocess.run([program, "can-bind"] + words, capture_output=True, stdin=subprocess.DEVNULL,
                    user=user, group=user, extra_groups=groups[user])
                return ended.returncode, ended.stdout, ended.stderr
            # Every option with some ports, in front; every port with some options, behind.
            asked = [more + [port] for port in ports[:2] for more in options] + [[port] + more for port in ports for more in options[4:9:2]]
            for words, user in itertools.product(asked, groups):
                both = [ask(p, words, user) for p in ("/mnt/bin/lowport", "/mnt/libexec/lowport/lowport-admin")]
                if both[0] != both[1]: print(user, words, both)
                seen[both[0][0]] = seen.get(both[0][0], 0) + 1
            print(sorted(seen), min(seen.values()) > 4)
            END
            /usr/bin/python3 compare.py
            """,
            "[0, 1, 64] True\n"
        )
    }

    /// Only where there is no answer is the large program started.
    @Test func `what can be answered takes one program`() async throws {
        try await expect(
            """
            rm $LIBEXEC/lowport-admin
            ask() { who=$1; shift; as $who lowport can-bind "$@" 2>errors && echo "$who $*: 0" || echo "$who $*: $? $(head -1 errors)"; }
            : > errors; chmod 666 errors
            ask alice 80; ask bob http --udp; ask bob 80; ask bob 83 --on=0.0.0.0; ask bob 1024; ask root 1; ask alice 83; ask alice 1-2; ask alice
            ask alice 80 --json; ask bob 81 --json
            as alice lowport can-bind 80 --json > /dev/full || echo $?
            """,
            """
            alice 80: 0
            bob http --udp: 1 
            bob 80: 1 
            bob 83 --on=0.0.0.0: 0
            bob 1024: 0
            root 1: 0
            alice 83: 1 
            alice 1-2: 71 lowport: cannot find lowport-admin
            alice : 71 lowport: cannot find lowport-admin
            {
              "can_bind" : true,
              "reason" : "/etc/lowport/rules:1",
              "schema" : "lowport.can-bind/1"
            }
            alice 80 --json: 0
            {
              "can_bind" : false,
              "reason" : "no rule and no file of authbind allows it",
              "schema" : "lowport.can-bind/1"
            }
            bob 81 --json: 1 
            71

            """
        )
    }
}
