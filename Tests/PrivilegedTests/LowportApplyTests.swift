// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport apply` and `lowport edit` on a real /etc/lowport.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportApplyTests {
    @Test("A file is applied once, and what changed is said") func appliesAFileOnceAndSaysWhatChanged() async throws {
        let outcome = try await Sandbox.run(
            """
            echo 'allow everyone tcp 79' > /etc/lowport/rules
            printf '# ours\\nallow user alice tcp 80\\n' > new
            lowport apply new --dry-run || echo $?
            cat /etc/lowport/rules
            lowport apply new
            lowport apply new
            lowport apply - --quiet < new
            lowport apply new --dry-run
            cat /etc/lowport/rules
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        would be removed: allow everyone tcp 79
                        would be added: # ours
                        would be added: allow user alice tcp 80
                        1
                        allow everyone tcp 79
                        removed: allow everyone tcp 79
                        added: # ours
                        added: allow user alice tcp 80
                        unchanged
                        unchanged
                        # ours
                        allow user alice tcp 80

                        """
                )
        )
    }

    @Test("What was done before an error is said, and which file is waited for") func saysWhatWasDone() async throws {
        let outcome = try await Sandbox.run(
            """
            mkdir wanted; echo 'allow user alice tcp 80' > wanted/a.rules; echo 'allow user alice tcp 81' > wanted/b.rules
            mkdir /etc/lowport/rules.d/b.rules
            lowport apply wanted --json 2> said > out || echo "status $?"; grep -E 'schema|changed|allow|"error"' out
            rm wanted/b.rules; echo 'allow user alice tcp 82' > wanted/a.rules; touch /etc/lowport/.lock
            /usr/bin/python3 -c 'import fcntl, os, time
            lock = open("/etc/lowport/.lock", "r+"); fcntl.flock(lock, fcntl.LOCK_EX); open("up", "w").close()
            while not os.path.exists("go"): time.sleep(0.02)' & until [ -e up ]; do sleep 0.02; done
            lowport apply wanted/a.rules --name a 2> waits & until [ -s waits ]; do sleep 0.02; done; touch go; wait; cat waits
            """
        )
        #expect(
            outcome.output == """
                status 78
                  "error" : "/etc/lowport/rules.d/b.rules: is neither a regular file nor the directory that it should be",
                  "schema" : "lowport.error/1",
                    "allow user alice tcp 80"
                  "changed" : true,
                  "schema" : "lowport.change/1"
                removed: allow user alice tcp 80
                added: allow user alice tcp 82
                lowport: waiting for another change of /etc/lowport/rules.d/a.rules

                """,
            "\(outcome)"
        )
    }

    @Test("Faults are not applied, and are replaced") func appliesNoFaultsAndReplacesThem() async throws {
        let outcome = try await Sandbox.run(
            """
            echo 'alow everyone tcp 79' > /etc/lowport/rules
            echo 'allow everyone tcp 79' > /etc/lowport/rules.d/team.rules
            echo 'allow evryone tcp 80' | lowport apply - || echo $?
            echo 'allow everyone tcp 80' | lowport apply -
            echo 'allow everyone tcp 81' | as alice lowport apply - || echo $?
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: "65\nremoved: alow everyone tcp 79\nadded: allow everyone tcp 80\n77\n",
                    errors: """
                        standard input:1:7: found "evryone", expected user NAME, group NAME, uid NUMBER, gid NUMBER, everyone \
                        or program FILE; did you mean "everyone"?
                        lowport: standard input has errors; nothing is changed
                        note: /etc/lowport/rules.d/team.rules stays, and allows what it allows
                        lowport: cannot change /etc/lowport/rules: permission denied
                        hint: run it as root, with sudo

                        """
                )
        )
    }

    @Test("A file of one owner is applied, and the others stay") func appliesTheFileOfAnOwner() async throws {
        let outcome = try await Sandbox.run(
            """
            rm -r /etc/lowport/rules.d; echo 'allow everyone tcp 78' > /etc/lowport/rules
            printf 'allow user alice tcp 80\n# a\n' > web; lowport apply web --name web -n || echo "status $?"; lowport apply web --name web
            printf '\n# b\n  allow  user alice\ttcp 80 # c\n\n\n' > web; lowport apply web --name web.rules; cat /etc/lowport/rules.d/web.rules
            lowport apply web --name web --json | grep changed; echo 'allow user alice tcp 81' | lowport apply - --name web --json | grep changed
            mkdir d; echo 'allow everyone tcp 70' > d/a.rules; echo 'allow everyone tcp 71' > d/web.rules; echo x > d/other
            lowport apply d -n || echo "status $?"; lowport apply d; lowport apply d; ls -A /etc/lowport/rules.d; cat /etc/lowport/rules
            echo 'alow' > d/b.rules; rm d/a.rules; echo > d/web.rules; lowport apply d || echo "status $?"; cat /etc/lowport/rules.d/web.rules
            for name in ../x .x x/y '' 'a b'; do lowport apply web --name "$name" 2> err || echo "status $?"; done; ls -A /etc/lowport
            chmod 777 d; lowport apply d 2> err || echo "status $?"; mkdir empty; lowport apply empty 2> err || echo "status $?"
            chmod g+w /etc/lowport/rules.d; lowport apply web --name web || echo "status $?"
            """
        )
        #expect(
            outcome.output == """
                would be added: allow user alice tcp 80
                would be added: # a
                status 1
                added: allow user alice tcp 80
                added: # a
                unchanged
                allow user alice tcp 80
                # a
                  "changed" : false,
                  "changed" : true,
                would be removed: allow user alice tcp 81
                would be added: allow everyone tcp 70
                would be added: allow everyone tcp 71
                status 1
                removed: allow user alice tcp 81
                added: allow everyone tcp 70
                added: allow everyone tcp 71
                unchanged
                a.rules
                web.rules
                allow everyone tcp 78
                status 65
                allow everyone tcp 71
                status 64
                status 64
                status 64
                status 64
                status 64
                .lock
                rules
                rules.d
                status 77
                status 64
                status 78

                """,
            "\(outcome)"
        )
    }

    @Test("What was applied is said in JSON") func appliesWithJSON() async throws {
        let outcome = try await Sandbox.run("echo 'allow everyone tcp 80' | lowport apply - --json")
        #expect(
            outcome.output == """
                {
                  "added" : [
                    "allow everyone tcp 80"
                  ],
                  "changed" : true,
                  "dry_run" : false,
                  "removed" : [

                  ],
                  "schema" : "lowport.change/1"
                }

                """
        )
    }

    /// Writes an editor that appends `line` the first time, and takes lines with `alow` out after that.
    private func editor(appending line: String) -> String {
        """
        cat > editor <<'END'
        #!/bin/sh
        if [ -e seen ]; then sed -i /alow/d "$1"; else echo '\(line)' >> "$1"; fi
        touch seen
        END
        chmod +x editor
        export EDITOR=$PWD/editor

        """
    }

    @Test("A copy is edited and put in place") func editsACopyAndPutsItInPlace() async throws {
        let outcome = try await Sandbox.run(
            editor(appending: "allow everyone tcp 81") + """
                lowport edit
                lowport edit
                cat /etc/lowport/rules
                ls -A /etc/lowport
                EDITOR=false lowport edit || echo $?
                EDITOR=/nonexistent/editor lowport edit || echo $?
                as bob lowport edit || echo $?
                """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        added: allow everyone tcp 81
                        unchanged
                        allow everyone tcp 81
                        .lock
                        rules
                        rules.d
                        71
                        71
                        77

                        """,
                    errors: """
                        lowport: false ended with status 1; nothing is changed
                        lowport: cannot run /nonexistent/editor: no such file or directory
                        lowport: cannot change /etc/lowport/rules: permission denied
                        hint: run it as root, with sudo

                        """
                )
        )
    }

    @Test("After a mistake the editor is asked what now") func asksWhatNow() async throws {
        let outcome = try await Sandbox.run(
            editor(appending: "alow everyone tcp 81") + """
                printf 'what\\nx\\n' | lowport edit || echo $?
                rm seen
                lowport edit </dev/null || echo $?
                rm seen
                echo e | lowport edit
                ls -A /etc/lowport
                """
        )
        #expect(outcome.output == "65\n65\nunchanged\n.lock\nrules.d\n")
        let fault =
            "/etc/lowport/rules:1:1: found \"alow\", expected \"allow\" or \"confine\"; "
            + "did you mean \"allow\"?\n"
        let question = "What now? (e)dit again, e(x)it without saving: "
        let refusal = "lowport: the copy has errors; nothing is changed\n"
        #expect(
            outcome.errors.description
                == fault + question + "Answer e or x.\n" + question + refusal + fault + question + refusal + fault
                + question
        )
    }

    @Test("The rules are held while they are edited") func holdsTheRulesWhileTheyAreEdited() async throws {
        let outcome = try await Sandbox.run(
            """
            cat > editor <<'END'
            #!/bin/sh
            lowport edit || echo $?
            : > waiting
            lowport grant 99 --everyone 2>waiting >granted &
            until grep -q waiting waiting; do sleep 0.01; done
            echo 'allow everyone tcp 81' >> "$1"
            END
            chmod +x editor
            EDITOR=$PWD/editor lowport edit
            until [ -s granted ]; do sleep 0.01; done
            cat granted /etc/lowport/rules
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        71
                        added: allow everyone tcp 81
                        added: allow everyone tcp 99
                        allow everyone tcp 81
                        allow everyone tcp 99

                        """,
                    errors: """
                        lowport: cannot edit /etc/lowport/rules: another process is changing it
                        hint: try again when they are done

                        """
                )
        )
    }
}
