// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport grant --program` and `revoke --program` on names that somebody else has a hand in.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NamedProgramTests {
    /// `tried COMMAND…` tells the exit status and what was said; `caps FILE…` which of the files have capabilities.
    private static let tools = """
        tried() { "$@" >out 2>err && status=0 || status=$?; echo "$status $(grep -v '^warning' err | head -1)"; }
        caps() { getcap "$@" | sed 's/ .*//'; }
        mkdir -p /mnt/srv/app; cp /bin/true /mnt/srv/app/server; cp /bin/true /mnt/srv/other

        """

    private func expect(
        _ script: String,
        _ expected: ByteString,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Sandbox.run(Self.tools + script)
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: location)
        #expect(outcome.output == expected, sourceLocation: location)
    }

    /// Written anew, they would be in force in this user namespace, for every user.
    @Test func `capabilities of another user namespace are not taken over`() async throws {
        try await expect(
            """
            setcap -n 1000 cap_sys_admin=ep /mnt/srv/app/server; tried lowport grant --program /mnt/srv/app/server; sed -n 2p err
            setcap -n 1000 cap_sys_admin,cap_net_bind_service=ep /mnt/srv/app/server
            tried lowport grant --program /mnt/srv/app/server; tried lowport revoke --program /mnt/srv/app/server
            getcap -n /mnt/srv/app/server
            """,
            """
            77 lowport: cannot change /mnt/srv/app/server: its capabilities are for the user namespace of root user 1000
            hint: sudo setcap -r /mnt/srv/app/server removes them
            77 lowport: cannot change /mnt/srv/app/server: its capabilities are for the user namespace of root user 1000
            0 
            /mnt/srv/app/server cap_sys_admin=ep [rootid=1000]

            """
        )
    }

    @Test("No link is followed unasked") func followsNoLinkUnasked() async throws {
        try await expect(
            """
            ln -s server /mnt/srv/app/link; ln -s app /mnt/srv/way; ln -s /nowhere /mnt/srv/dead
            for name in /mnt/srv/app/link /mnt/srv/way/server /mnt/srv/dead /mnt/srv/way/../other; do
                tried lowport grant --program $name; tried lowport revoke --program $name
                tried lowport grant --dry-run --program $name
            done
            sed -n 2p err
            caps -r /mnt/srv
            lowport grant --follow --quiet --program /mnt/srv/way/link; caps -r /mnt/srv
            lowport grant --follow --program /mnt/srv/way/link 2>err; head -1 err
            lowport revoke --follow --program /mnt/srv/way/link 2>&1; caps -r /mnt/srv
            tried lowport grant --follow --program /mnt/srv/dead
            tried lowport grant --follow 80 --everyone
            """,
            """
            77 lowport: cannot take /mnt/srv/app/link: /mnt/srv/app/link is a symbolic link to server
            77 lowport: cannot take /mnt/srv/app/link: /mnt/srv/app/link is a symbolic link to server
            77 lowport: cannot take /mnt/srv/app/link: /mnt/srv/app/link is a symbolic link to server
            77 lowport: cannot take /mnt/srv/way/server: /mnt/srv/way is a symbolic link to app
            77 lowport: cannot take /mnt/srv/way/server: /mnt/srv/way is a symbolic link to app
            77 lowport: cannot take /mnt/srv/way/server: /mnt/srv/way is a symbolic link to app
            77 lowport: cannot take /mnt/srv/dead: /mnt/srv/dead is a symbolic link to /nowhere
            77 lowport: cannot take /mnt/srv/dead: /mnt/srv/dead is a symbolic link to /nowhere
            77 lowport: cannot take /mnt/srv/dead: /mnt/srv/dead is a symbolic link to /nowhere
            77 lowport: cannot take /mnt/srv/way/../other: /mnt/srv/way is a symbolic link to app
            77 lowport: cannot take /mnt/srv/way/../other: /mnt/srv/way is a symbolic link to app
            77 lowport: cannot take /mnt/srv/way/../other: /mnt/srv/way is a symbolic link to app
            hint: name /mnt/srv/other if that is meant, or add --follow
            /mnt/srv/app/server
            unchanged
            note: /mnt/srv/way/link -> /mnt/srv/app/server
            note: /mnt/srv/way/link -> /mnt/srv/app/server
            removed: cap_net_bind_service=ep /mnt/srv/app/server
            71 lowport: cannot look at /mnt/srv/dead: no such file or directory
            64 lowport: --follow is for --program

            """
        )
    }

    /// Whoever may change the file, or put another in its place, would get the capability.
    @Test("Nothing is given to what others may change") func givesNothingToWhatOthersMayChange() async throws {
        try await expect(
            """
            try() { tried lowport grant --program $1; tried lowport grant --follow --dry-run --program $1; caps -r /mnt/srv; }
            S=/mnt/srv/app/server
            chmod 775 $S; try $S; chmod 757 $S; try $S; chmod 755 $S; chown alice $S; try $S; chown root $S
            for mode in 775 757 1777 2775; do chmod $mode /mnt/srv/app; try $S; done; chmod 755 /mnt/srv/app
            chown bob /mnt/srv/app; try $S; chown root /mnt/srv/app
            chmod 1777 /mnt/srv; try $S; (cd /mnt/srv/app; try server); chmod 755 /mnt/srv
            mkdir -m 777 /mnt/open; ln -s $S /mnt/open/link; tried lowport grant --follow --program /mnt/open/link
            ln -s /mnt/open/link /mnt/srv/link; tried lowport grant --follow --program /mnt/srv/link
            tried lowport grant --program /mnt/open/../srv/app/server
            caps -r /mnt/srv; try $S
            """,
            """
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app/server has mode 0775, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app/server has mode 0775, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app/server has mode 0757, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app/server has mode 0757, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app/server belongs to uid 1001
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app/server belongs to uid 1001
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 0775, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 0775, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 0757, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 0757, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 1777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 1777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 2775, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app has mode 2775, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app belongs to uid 1002
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv/app belongs to uid 1002
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv has mode 1777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv has mode 1777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv has mode 1777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/srv has mode 1777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/open has mode 0777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/open has mode 0777, so that others may write to it
            77 lowport: cannot trust /mnt/srv/app/server: /mnt/open has mode 0777, so that others may write to it
            0 hint: for single ports and users: lowport grant PORT --user NAME
            0 hint: for single ports and users: lowport grant PORT --user NAME
            /mnt/srv/app/server

            """
        )
    }

    /// What was given before is taken away wherever the file lies by now, and from nothing else.
    @Test("It is taken away from what others may change") func takesAwayFromWhatOthersMayChange() async throws {
        try await expect(
            """
            S=/mnt/srv/app/server
            setcap cap_net_bind_service=ep $S; setcap cap_net_bind_service=ep /mnt/srv/other; chmod 777 /mnt/srv/app
            lowport revoke --program $S; caps -r /mnt/srv; rm $S; ln -s ../other $S
            tried lowport revoke --program $S; caps -r /mnt/srv
            """,
            """
            removed: cap_net_bind_service=ep /mnt/srv/app/server
            /mnt/srv/other
            77 lowport: cannot take /mnt/srv/app/server: /mnt/srv/app/server is a symbolic link to ../other
            /mnt/srv/other

            """
        )
    }

    /// While somebody exchanges a directory for a link to another, over and over, the one that is meant is changed or none.
    @Test("Exchanges lead nobody astray") func isNotLedAstrayByExchanges() async throws {
        try await expect(
            """
            cat > swap.py <<'END'
            import ctypes, os
            libc = ctypes.CDLL(None)
            os.makedirs("/mnt/srv/evil", exist_ok=True)
            os.symlink("/mnt/srv/secret", "/mnt/srv/bait")
            open("ready", "w").close()
            while True: libc.renameat2(-100, b"/mnt/srv/app", -100, b"/mnt/srv/bait", 2)
            END
            mkdir /mnt/srv/secret; cp /bin/true /mnt/srv/secret/server; setcap cap_net_bind_service=ep /mnt/srv/secret/server
            (exec /usr/bin/python3 swap.py) & swapper=$!
            until [ -e ready ]; do sleep 0.01; done
            taken=0 refused=0
            for n in $(seq 200); do
                lowport revoke --quiet --program /mnt/srv/app/server 2>/dev/null && taken=$((taken + 1)) || refused=$((refused + 1))
            done
            kill $swapper; [ $taken -gt 0 ] && [ $refused -gt 0 ] || echo "taken $taken refused $refused"
            caps /mnt/srv/secret/server
            """,
            "/mnt/srv/secret/server\n"
        )
    }

    @Test("Names are bytes") func namesAreBytes() async throws {
        try await expect(
            #"""
            cd /mnt/srv
            a=$(printf 'a\377'); b=$(printf 'a\376'); c=$(printf 'a\357\277\275'); e=$(printf 'e\314\201'); f=$(printf '\303\251')
            p=$(printf 'a\364\217\237\277')
            for name in "$a" "$b" "$c" "$e" "$f" "$p"; do cp /bin/true "$name"; done
            for name in "$a" "$b" "$c" "$e" "$f" "$p"; do
                lowport grant --quiet --program "$name"; [ $(caps -r . | wc -l) = 1 ] && getcap "$name" | wc -l
                lowport revoke --quiet --program="$name"; caps -r .
            done
            rm "$a"; tried lowport grant --program "$a" | wc -l; caps -r .
            printf 'allow everyone tcp 80\n' > "$T/$a.rules"; printf 'nonsense\n' > "$T/$c.rules"
            lowport check "$T/$a.rules"; lowport apply --quiet "$T/$a.rules"; cat /etc/lowport/rules
            lowport check --quiet "$T/$b.rules" 2>/dev/null || echo $?
            lowport grant --quiet 81 --everyone --comment "$(printf 'caf\303\251')"; tail -1 /etc/lowport/rules | od -An -c -w99 | tr -d ' '
            lowport grant 82 --user "$a" 2>/dev/null || echo $?
            cp /bin/true "$b"; lowport explain 80 --program "./$b" | head -1 | grep -c 'can bind'
            lowport explain 80 --program "./$a" 2>&1 | wc -l
            """#,
            """
            1
            1
            1
            1
            1
            1
            1
            1 rule in 1 file: no errors
            allow everyone tcp 80
            71
            alloweveryonetcp81#caf303251\\n
            64
            1
            1

            """
        )
    }

    /// Without proc(5) there is nothing to be read from there, but the command line and the file are what they are.
    @Test("Programs work without proc(5)") func worksWithoutProc() async throws {
        try await expect(
            """
            mount -t tmpfs -o mode=555 tmpfs /proc
            tried lowport --version; cat out; tried lowport nonsense; tried lowport grant; tried lowport check /nonexistent
            lowport grant --program /mnt/srv/app/server 2>/dev/null; lowport grant 80 --everyone; cat /etc/lowport/rules
            tried lowport grant --program /mnt/srv/app/link
            lowport revoke --program /mnt/srv/app/server; tried lowport run true
            """,
            """
            0 
            lowport 0.2.0
            64 lowport: unknown command nonsense
            64 lowport: give exactly one of --user, --group, --uid, --gid or --everyone
            71 lowport: cannot read /nonexistent: no such file or directory
            added: cap_net_bind_service=ep /mnt/srv/app/server
            added: allow everyone tcp 80
            allow everyone tcp 80
            71 lowport: cannot look at /mnt/srv/app/link: no such file or directory
            removed: cap_net_bind_service=ep /mnt/srv/app/server
            0 

            """
        )
    }
}
