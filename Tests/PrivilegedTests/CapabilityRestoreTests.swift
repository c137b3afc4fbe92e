// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `getcap --save` and `setcap --restore`.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct CapabilityRestoreTests {
    @Test("What was saved is restored") func saveAndRestore() async throws {
        try await expectInSandbox(
            """
            mkdir d; echo 1 >d/a; echo 2 >d/b; setcap cap_kill=ep d/a; setcap -n 5 cap_chown=i d/b
            getcap -rn --save saved d | sort; stat -c %a saved
            cp -r d e; rm -r d; mv e d; getcap -r d; setcap --dry-run --restore saved | sort; getcap -r d
            setcap --restore saved | sort; getcap -rn d | sort; setcap --restore saved; echo $?
            """,
            output: """
                d/a cap_kill=ep
                d/b cap_chown=i [rootid=5]
                600
                would restore 'd/a' to cap_kill=ep
                would restore 'd/b' to cap_chown=i [rootid=5]
                restoring 'd/a' to cap_kill=ep
                restoring 'd/b' to cap_chown=i [rootid=5]
                d/a cap_kill=ep
                d/b cap_chown=i [rootid=5]
                0

                """
        )
    }

    /// All or nothing: a changed file, a missing file, a file that cannot be written to.
    @Test("Nothing is restored to a file that is another") func restoreRefuses() async throws {
        try await expectInSandbox(
            """
            echo 1 >a; echo 2 >b; setcap =p a =p b; getcap --save saved a b >/dev/null; setcap -r a -r b; echo 3 >b
            setcap --restore saved || getcap -v a b; chmod 4711 a; rm b; setcap --restore saved || getcap -v a
            chmod 644 a; echo 2 >b; sed 's/end 2/end 3/' saved >bad; chmod 666 saved
            setcap --restore saved || setcap --restore bad || setcap --restore none || setcap --changed --restore a || getcap -v a b
            """,
            status: 0,
            output: "a\nb\na\na\nb\n",
            errors: """
                setcap: 'b' has changed since it was saved; --changed restores it all the same
                setcap: nothing was restored
                setcap: 'a' has changed since it was saved; --changed restores it all the same
                setcap: cannot restore 'b': no such file or directory
                setcap: nothing was restored
                setcap: cannot trust 'saved': it must belong to root or to you, and no other user may write to it
                setcap: 'bad', line 4: not what getcap --save writes
                setcap: cannot read 'none': no such file or directory
                setcap: 'a', line 1: not what getcap --save writes

                """
        )
    }

    @Test("One that is gone keeps the others from nothing, if that is said") func restoreWithoutTheMissing()
        async throws
    {
        try await expectInSandbox(
            """
            echo 1 >a; echo 2 >b; mkdir d; echo 3 >d/c; setcap =p a =i b cap_kill=ep d/c; getcap --save saved a b d/c >/dev/null
            setcap -r a -r d/c; rm b; setcap --restore saved || getcap a d/c; setcap --missing-ok --dry-run --restore saved
            setcap --missing-ok --restore saved; getcap a d/c; setcap -v --missing-ok --restore saved; rm -r d
            setcap -v --missing-ok --restore saved; echo 4 >a; setcap --missing-ok --restore saved || getcap a
            chmod 755 .; ln -s a b; setcap --missing-ok --changed --restore saved || getcap a
            """,
            output: """
                'b' is gone
                would restore 'a' to =p
                would restore 'd/c' to cap_kill=ep
                'b' is gone
                restoring 'a' to =p
                restoring 'd/c' to cap_kill=ep
                a =p
                d/c cap_kill=ep
                a: OK
                'b' is gone
                d/c: OK
                a: OK
                'b' is gone
                'd/c' is gone

                """,
            errors: """
                setcap: cannot restore 'b': no such file or directory
                setcap: nothing was restored
                setcap: 'a' has changed since it was saved; --changed restores it all the same
                setcap: nothing was restored
                setcap: cannot restore 'b': '/mnt/work/b' is a symbolic link to 'a'; --follow restores what it leads to
                setcap: nothing was restored

                """
        )
    }

    @Test("A restoration that fails is undone") func restoreUndoes() async throws {
        try await expectInSandbox(
            """
            mkdir r; mount -t tmpfs r r; for f in a b r/c; do echo $f >$f; done; setcap =p a =i b =e r/c
            getcap --save saved a b r/c >/dev/null; setcap -r a cap_kill=p b -r r/c; mount -o remount,ro r
            setcap -q --restore saved || getcap -v a b r/c
            """,
            output: "a\nb cap_kill=p\nr/c\n",
            errors: "setcap: cannot restore 'r/c': read-only file system\nsetcap: nothing was restored\n"
        )
    }

    @Test("What was saved is verified") func verifiesWhatIsSaved() async throws {
        try await expectInSandbox(
            """
            echo 1 >a; echo 2 >b; setcap -n 5 cap_kill=p a =i b; getcap --save s a b >/dev/null; setcap -v --restore s; echo $?
            setcap -r a -n 5 =e b; setcap -v --restore s; echo $?; getcap -v a; setcap -q -v --restore s; echo $?
            """,
            output: """
                a: OK
                b: OK
                0
                nsowner[got=0, want=5],a differs in [p]
                b differs in [i]
                1
                a
                1

                """
        )
    }

    /// What has capabilities and cannot be saved makes the status 1; the rest is saved all the same.
    @Test("A list that is saved tells what is missing") func saveTellsWhatIsMissing() async throws {
        try await expectInSandbox(
            """
            chmod 777 .; echo 1 >a; echo 2 >b; chmod 700 a; setcap =p a =i b
            as alice getcap --save s a b; echo $?; grep -c ^0 s; setcap -r a; as alice getcap --save s a b; echo $?
            """,
            output: "b =i\n1\n1\nb =i\n0\n",
            errors: "Failed to get capabilities of file 'a' (Permission denied)\n"
        )
    }

    @Test("Changed files are restored on demand") func restoresChangedFilesOnDemand() async throws {
        try await expectInSandbox(
            "chmod 755 .; echo 1 >a; setcap =p a; getcap --save s a; echo 2 >a; setcap --changed --restore s; getcap a",
            output: "a =p\nrestoring 'a' to =p\na =p\n"
        )
    }
}
