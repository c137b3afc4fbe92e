// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `getcap --save` and `setcap --restore` where others have a hand in the names.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NamedCapabilitiesTests {
    private static let place = "mkdir /mnt/srv /mnt/srv/app; cd /mnt/srv; cp /bin/true app/a; setcap =p app/a;"

    @Test("Lists are saved where root alone may write") func savesWhereRootAloneMayWrite() async throws {
        try await expectInSandbox(
            Self.place + """
                mkdir -m 777 open; mkdir -m 1777 sticky; mkdir alices; chown alice alices; ln -s . link; echo precious >precious
                for d in open alices link open/../alices; do getcap --save $d/s app/a; done
                getcap --save sticky/s app/a; ln -s ../precious sticky/t; ln -s ../precious sticky/t.new
                getcap --save sticky/t app/a; cat precious; ls -l sticky/t | cut -c1-10; getcap --save s app/a | wc -l
                """,
            output: """
                app/a =p
                app/a =p
                app/a =p
                app/a =p
                app/a =p
                app/a =p
                precious
                -rw-------
                1

                """,
            errors: """
                getcap: cannot save to 'open/s': /mnt/srv/open has mode 0777, so that others may write to it
                getcap: cannot save to 'alices/s': /mnt/srv/alices belongs to uid 1001
                getcap: cannot save to 'link/s': '/mnt/srv/link' is a symbolic link to '.'
                getcap: cannot save to 'open/../alices/s': /mnt/srv/open has mode 0777, so that others may write to it

                """
        )
    }

    @Test("No file is believed that others can place") func believesNoFileThatOthersCanPlace() async throws {
        try await expectInSandbox(
            Self.place + """
                getcap --save s app/a >/dev/null; setcap -r app/a; ln -s s link; mkdir open; cp s open/s; chmod 777 open
                ln -s open way
                for f in link open/s way/s; do setcap --restore $f; done; chown alice s; setcap --restore s; getcap app/a
                chown root s; setcap --follow --restore link; setcap --follow --restore way/s; mkfifo fifo; setcap --restore fifo
                """,
            status: 1,
            output: "restoring 'app/a' to =p\n",
            errors: """
                setcap: cannot trust 'link': '/mnt/srv/link' is a symbolic link to 's'
                setcap: cannot trust 'open/s': /mnt/srv/open has mode 0777, so that others may write to it
                setcap: cannot trust 'way/s': '/mnt/srv/way' is a symbolic link to 'open'
                setcap: cannot trust 's': it must belong to root or to you, and no other user may write to it
                setcap: cannot trust 'way/s': /mnt/srv/open has mode 0777, so that others may write to it
                setcap: cannot read 'fifo': invalid argument

                """
        )
    }

    /// What is put in the place of a file that was saved: a link, a link to its directory, another file, one of others'.
    @Test("Nothing is restored that others can place") func restoresNothingThatOthersCanPlace() async throws {
        try await expectInSandbox(
            Self.place + """
                getcap --save s app/a >/dev/null; setcap -r app/a; cp -r app evil; cp /bin/false evil/b; chown -R alice evil
                try() { setcap "$@" --restore s; setcap "$@" --changed --restore s; setcap "$@" --dry-run --changed --restore s; }
                mv app real; ln -s real app; try; rm app; mv real app
                mv app/a app/b; ln -s b app/a; try; mv app/b app/a
                chmod 775 app/a; setcap --changed --restore s; chmod 755 app/a
                chmod 777 app; setcap --changed --restore s; setcap -q --restore s; setcap -q -r app/a
                mv app/a app/b; cp /bin/false app/a; setcap --restore s; rm app/a; ln app/b app/a; setcap --restore s; getcap -r .
                setcap -r app/a; mv app real; mv evil app; setcap --restore s; setcap --changed --restore s; getcap -r .
                mv app evil; ln -s real app; chmod 755 real; setcap --follow --restore s; getcap -r .
                """,
            output: """
                restoring 'app/a' to =p
                ./app/a =p
                ./app/b =p
                restoring 'app/a' to =p
                ./real/a =p
                ./real/b =p

                """,
            errors: """
                setcap: cannot restore 'app/a': '/mnt/srv/app' is a symbolic link to 'real'; --follow restores what it leads to
                setcap: nothing was restored
                setcap: cannot restore 'app/a': '/mnt/srv/app' is a symbolic link to 'real'; --follow restores what it leads to
                setcap: nothing was restored
                setcap: cannot restore 'app/a': '/mnt/srv/app' is a symbolic link to 'real'; --follow restores what it leads to
                setcap: nothing was restored
                setcap: cannot restore 'app/a': '/mnt/srv/app/a' is a symbolic link to 'b'; --follow restores what it leads to
                setcap: nothing was restored
                setcap: cannot restore 'app/a': '/mnt/srv/app/a' is a symbolic link to 'b'; --follow restores what it leads to
                setcap: nothing was restored
                setcap: cannot restore 'app/a': '/mnt/srv/app/a' is a symbolic link to 'b'; --follow restores what it leads to
                setcap: nothing was restored
                setcap: cannot restore 'app/a': /mnt/srv/app/a has mode 0775, so that others may write to it
                setcap: nothing was restored
                setcap: cannot restore 'app/a': /mnt/srv/app has mode 0777, so that others may write to it
                setcap: nothing was restored
                setcap: 'app/a' has changed since it was saved; --changed restores it all the same
                setcap: nothing was restored
                setcap: cannot restore 'app/a': /mnt/srv/app/a belongs to uid 1001
                setcap: nothing was restored
                setcap: cannot restore 'app/a': /mnt/srv/app/a belongs to uid 1001
                setcap: nothing was restored

                """
        )
    }

    /// While somebody exchanges the directory for another over and over, no other file than the one that was saved gets any.
    @Test("No file that is exchanged gets capabilities") func restoresToNoneThatIsExchanged() async throws {
        try await expectInSandbox(
            Self.place + """
                getcap --save s app/a >/dev/null; setcap -r app/a; mkdir evil; cp /bin/false evil/a; chmod 777 .
                cat > /mnt/swap.py <<'END'
                import ctypes
                libc = ctypes.CDLL(None)
                open("/mnt/ready", "w").close()
                while True: libc.renameat2(-100, b"/mnt/srv/app", -100, b"/mnt/srv/evil", 2)
                END
                cp s /mnt/s
                (exec setpriv --reuid alice --regid alice --clear-groups --inh-caps -all /usr/bin/python3 /mnt/swap.py) & swapper=$!
                chmod 777 /mnt; until [ -e /mnt/ready ]; do sleep 0.01; done; chmod 755 /mnt
                for n in $(seq 300); do setcap -q --restore /mnt/s; done 2>/dev/null
                kill $swapper; wait 2>/dev/null
                for f in app/a evil/a; do cmp -s $f /bin/false && getcap $f; done; getcap -r . | wc -l
                """,
            output: "1\n"
        )
    }

    /// Capabilities of one file are not saved with the content of another.
    @Test("What is saved of a file is of that file") func savesOfOneFileWhatItSaves() async throws {
        try await expectInSandbox(
            Self.place + """
                cp /bin/false other; cp app/a b; setcap =p b
                cat > /mnt/swap.py <<'END'
                import ctypes
                libc = ctypes.CDLL(None)
                open("/mnt/ready", "w").close()
                while True: libc.renameat2(-100, b"/mnt/srv/app/a", -100, b"/mnt/srv/other", 2)
                END
                (exec /usr/bin/python3 /mnt/swap.py) & swapper=$!; until [ -e /mnt/ready ]; do sleep 0.01; done
                sum=$(sha256sum /bin/false | cut -c1-64)
                for n in $(seq 200); do getcap --save s app/a; grep -c $sum s; done 2>/dev/null | grep -vx 'app/a =p' | sort -u
                kill $swapper; wait 2>/dev/null
                """,
            output: "0\n"
        )
    }
}
