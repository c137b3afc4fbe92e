// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport grant` and `revoke` on a real /etc/lowport, and what the others say of the rules.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportRulesTests {
    @Test("Rules are granted and revoked") func grantsAndRevokes() async throws {
        let outcome = try await Sandbox.run(
            """
            lowport grant 80 https --user alice
            lowport grant 80 --user alice
            lowport grant 53 --group dns --protocol any --on 127.0.0.0/8,::1 --comment 'for the resolver'
            lowport grant 81 --everyone --dry-run
            cat /etc/lowport/rules
            lowport revoke 80 --user alice
            lowport revoke 80 --user alice
            lowport revoke 53 --group dns --quiet
            cat /etc/lowport/rules
            stat -c '%a %U' /etc/lowport/rules
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        added: allow user alice tcp 80,443
                        unchanged: allow user alice tcp 80 (allowed by /etc/lowport/rules:1)
                        added: allow group dns any 53 on 127.0.0.0/8,::1  # for the resolver
                        would be added: allow everyone tcp 81
                        allow user alice tcp 80,443
                        allow group dns any 53 on 127.0.0.0/8,::1  # for the resolver
                        removed: allow user alice tcp 80,443
                        added: allow user alice tcp 443
                        unchanged
                        allow user alice tcp 443
                        644 root

                        """
                )
        )
    }

    @Test("What still allows is named") func namesWhatStillAllows() async throws {
        let outcome = try await Sandbox.run(
            """
            echo 'allow user alice tcp 80-90' > /etc/lowport/rules.d/team.rules
            lowport grant 80 --everyone
            lowport revoke 80 --user alice
            """
        )
        #expect(outcome.status == 0)
        #expect(outcome.output == "added: allow everyone tcp 80\nunchanged\n")
        #expect(
            outcome.errors == """
                note: still allowed by /etc/lowport/rules:1: allow everyone tcp 80
                note: still allowed by /etc/lowport/rules.d/team.rules:1: allow user alice tcp 80-90

                """
        )
    }

    @Test("Ordinary users change nothing") func ordinaryUsersChangeNothing() async throws {
        let outcome = try await Sandbox.run(
            """
            lowport grant 80 --user alice >/dev/null
            as bob lowport grant 80 --user bob || echo $?
            as bob lowport revoke 80 --user alice || echo $?
            as bob lowport list
            """
        )
        #expect(
            outcome.output == """
                77
                77
                WHO         PROTOCOL  PORTS       ADDRESSES  UNTIL  SOURCE
                user alice  tcp       80          all        -      /etc/lowport/rules:1
                everyone    any       1024-65535  all        -      kernel (lowport threshold)

                """
        )
        #expect(outcome.errors.description.contains("hint: run it as root, with sudo"))
    }

    @Test("Faulty files are named and left alone") func faultyFilesAreNamedAndLeftAlone() async throws {
        let outcome = try await Sandbox.run(
            """
            printf 'allow user alice tcp 80\\nallow user alice tcp 99999\\n' > /etc/lowport/rules
            lowport check || echo $?
            lowport grant 81 --everyone || echo $?
            cat /etc/lowport/rules
            echo 'allow everyone tcp 82' > /etc/lowport/rules
            chmod 666 /etc/lowport/rules
            lowport list --port 82
            lowport grant 81 --everyone || echo $?
            """
        )
        #expect(outcome.status == 0)
        #expect(
            outcome.output.description.hasPrefix(
                "/etc/lowport/rules:2:22: error: found \"99999\", expected a port 1-65535"
            )
        )
        #expect(
            outcome.output.hasSuffix(
                "\n1\n65\nallow user alice tcp 80\nallow user alice tcp 99999\nnothing allows that\n78\n"
            )
        )
        #expect(outcome.errors.description.contains("mode 0666, must not be writable by group or others"))
    }

    /// The writer is killed before every single system call that it makes; the file is the old or the new one each time.
    @Test("Nothing is lost when the writer is killed") func nothingIsLostWhenTheWriterIsKilled() async throws {
        let outcome = try await Sandbox.run(
            """
            before='allow user alice tcp 80' after='allow user alice tcp 80
            allow everyone tcp 81'
            kills=0 old=0 new=0
            echo "$before" > /etc/lowport/rules
            strace -f -qq -o log lowport grant 81 --everyone >/dev/null
            # All of them but those that load the program.
            for call in $(sed -n '/getrandom/,$s/^[0-9]* *\\([a-z0-9_]*\\)(.*/\\1/p' log | sort -u | grep -v '^exit'); do
                for n in $(seq $(grep -c " $call(" log)); do
                    echo "$before" > /etc/lowport/rules
                    strace -f -qq -e trace=$call -e inject=$call:signal=KILL:when=$n -o /dev/null \\
                        lowport grant 81 --everyone >/dev/null 2>&1 || kills=$((kills + 1))
                    case $(cat /etc/lowport/rules) in
                    "$before") old=$((old + 1)) ;;
                    "$after") new=$((new + 1)) ;;
                    *) echo "after $call $n:"; cat /etc/lowport/rules; exit 1 ;;
                    esac
                done
            done
            [ $kills -gt 20 ] && [ $old -gt 20 ] && [ $new -gt 0 ] || { echo "kills $kills old $old new $new"; exit 1; }
            # A writer that comes afterwards is not hindered by what the killed ones left.
            lowport grant 82 --everyone
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == "added: allow everyone tcp 82\n")
    }
}
