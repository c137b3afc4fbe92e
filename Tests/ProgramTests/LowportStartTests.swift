// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// How the command that people type becomes the program of a verb: with the same words, and never in silence without it.
@Suite struct LowportStartTests {
    /// Runs a script of bash in an empty directory. `$L` is the command as it was built; `installed PART…` makes
    /// `bin/lowport` with those parts in `libexec/lowport`; `tried COMMAND…` tells the status, output and errors.
    private func script(_ text: String) async throws -> ByteString {
        let begin = """
            set -eu; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"; unset AUTHBIND_LIB
            installed() {
                mkdir -p bin libexec/lowport; cp "$L" bin/
                for part; do cp "${L%/*}/$part" libexec/lowport/; done
            }
            tried() { "$@" >out 2>err && status=0 || status=$?; echo "$status"; sed "s,$T,T," out err; }

            """
        let outcome = try await run(
            "bash",
            ["--norc", "-c", ByteString(begin + text)],
            environment: ["L": Products.path("lowport")]
        )
        #expect(outcome.status == 0, "\(outcome)")
        return outcome.output
    }

    @Test func `a part that is missing or broken is no success`() async throws {
        let said = try await script(
            """
            installed; B=bin/lowport
            for words in list --version --help nonsense '' 'help run' run; do tried $B $words; done | sort -u
            tried $B run true; tried $B forward 80 localhost:8080; tried $B list --json; tried $B run --json; tried $B list -- --json
            : > libexec/lowport/lowport-admin; : > libexec/lowport/lowport-run; : > libexec/lowport/lowport-forward
            tried $B list; tried $B run true; tried $B forward 80 localhost:8080
            chmod 755 libexec/lowport/*
            tried $B list; tried $B run true; tried $B forward 80 localhost:8080; tried $B list --json
            rm libexec/lowport/lowport-run; tried $B run --via ambient --user nobody true
            """
        )
        let place = "cannot run T/libexec/lowport"
        let rest =
            "; without lowport-admin, there are run, forward, can-bind for names in /etc/passwd and /etc/group, "
            + "and rules written by hand, see lowport.rules(5)"
        #expect(
            said == """
                71
                hint: install all of Lowport: make install\(rest)
                lowport: cannot find lowport-admin
                125
                lowport-run: cannot find lowport-helper from T/bin/lowport
                125
                lowport: cannot find lowport-forward
                hint: install all of Lowport: make install
                71
                {
                  "details" : [],
                  "error" : "cannot find lowport-admin",
                  "hint" : "install all of Lowport: make install\(rest)",
                  "schema" : "lowport.error/1",
                  "status" : 71
                }
                lowport: cannot find lowport-admin
                hint: install all of Lowport: make install\(rest)
                125
                lowport-run: unknown option --json
                usage: lowport run [--via auto|kernel|preload|broker] [--supervisor auto|beside|above] [--verbose]
                           [--] PROGRAM [ARGUMENT ...]
                       lowport run --listen [tcp:|udp:][ADDRESS:]PORT ... [--] PROGRAM [ARGUMENT ...]
                       lowport run --via ambient --user NAME [--] PROGRAM [ARGUMENT ...]
                       lowport run --probe [--user NAME|NUMBER] [--bind [tcp:|udp:][ADDRESS:]PORT ...]
                71
                lowport: cannot find lowport-admin
                hint: install all of Lowport: make install\(rest)
                71
                lowport: \(place)/lowport-admin: permission denied
                125
                lowport-run: cannot find lowport-helper from T/bin/lowport
                125
                lowport: \(place)/lowport-forward: exec format error
                71
                lowport: \(place)/lowport-admin: exec format error
                125
                lowport-run: cannot find lowport-helper from T/bin/lowport
                125
                lowport: \(place)/lowport-forward: exec format error
                71
                {
                  "details" : [],
                  "error" : "\(place)/lowport-admin: exec format error",
                  "schema" : "lowport.error/1",
                  "status" : 71
                }
                lowport: \(place)/lowport-admin: exec format error
                125
                lowport: cannot find lowport-run
                hint: install all of Lowport: make install

                """
        )
    }

    /// Neither PATH nor the working directory leads to a part, and no name of the command but its place.
    @Test func `parts are found from the place of the command alone`() async throws {
        let said = try await script(
            """
            installed lowport-admin lowport-run liblowport-preload.so
            mkdir decoys links; printf '#!/bin/sh\\necho decoy\\n' > decoys/lowport-admin
            cp decoys/lowport-admin decoys/lowport-run; chmod 755 decoys/*; ln -s ../bin/lowport links/called
            cd decoys; export PATH=$T/decoys:.:$PATH
            tried ../bin/lowport --version; tried $T/links/called --version; tried $T/links/called run --via preload echo run
            (exec -a decoys/lowport $T/bin/lowport --version); (exec -a '' $T/bin/lowport run --via preload echo run)
            """
        )
        #expect(
            said == "0\nlowport 0.2.0\n0\nlowport 0.2.0\n0\nrun\nlowport 0.2.0\nrun\n"
        )
    }

    @Test func `no byte of a word is changed`() async throws {
        let said = try await script(
            #"""
            installed lowport-admin lowport-run lowport-forward liblowport-preload.so; B=bin/lowport
            w=$(printf '\377\001 "\n\t$(x)\xc3'); $B run --via preload printf '<%s>' "$w" '' -- --help | od -An -tx1 -v
            tried $B "$w"
            """#
        )
        #expect(
            said == #"""
                 3c ff 01 20 22 0a 09 24 28 78 29 c3 3e 3c 3e 3c
                 2d 2d 3e 3c 2d 2d 68 65 6c 70 3e
                64
                lowport: unknown command \xff\x01 "\n\t$(x)\xc3
                hint: lowport --help names them all

                """#
        )
    }

    /// The words of a program that is started are that program's, whatever the tool itself would take them for.
    @Test func `words behind a program are for the program`() async throws {
        for words in [
            ["--help"], ["-h"], ["--version"], ["--generate-completion-script", "bash"], ["--experimental-dump-help"],
            ["---completion", "run", "--"], ["--json"], ["--"],
        ] as [[ByteString]] {
            let outcome = try await run(
                Products.path("lowport"),
                ["run", "--via", "preload", "sh", "-c", "printf '<%s>' \"$@\"", "sh"] + words
            )
            let expected = words.reduce(ByteString()) { $0 + "<\($1)>" }
            #expect(outcome == Outcome(status: 0, output: expected), "\(words)")
        }
    }

    /// What is said of a verb is said by the program that knows all verbs, under the name that people type.
    @Test func `the command is what it was when it was one program`() async throws {
        for words in [
            [], ["--help"], ["-h"], ["--version"], ["help"], ["help", "run"], ["help", "forward"], ["run"],
            ["run", "-h"],
            ["run", "--help", "x"], ["forward"], ["forward", "--help"], ["help", "nonsense"], ["gratn"],
            ["--", "run", "x"],
            ["list", "--bogus"], ["can-bind"], ["can-bind", "1-2"], ["can-bind", "--help"], ["can-bind", "-h", "80"],
            ["can-bind", "80", "81"], ["can-bind", "80", "--on"], ["can-bind", "80", "--on", "--udp"],
            ["can-bind", "nosuchservice", "--json"], ["can-bind", "80", "--version"], ["can-bind", "80", "--jso"],
            ["--generate-completion-script", "bash"], ["--generate-completion-script", "zsh"],
            ["---completion", "run"],
            ["--experimental-dump-help"], ["--bogus"], [""], ["--version", "run", "echo", "x"],
        ] as [[ByteString]] {
            let typed = try await run(Products.path("lowport"), words)
            #expect(typed == (try await run(Products.path("lowport-admin"), words)), "\(words)")
            #expect(!typed.output.description.contains("lowport-admin"), "\(words)")
            #expect(!typed.errors.description.contains("lowport-admin"), "\(words)")
        }
    }

    @Test func `signals, descriptors and the environment are the program's`() async throws {
        let said = try await script(
            """
            L=${L%/*}/lowport
            $L --version <&- 2>&-; $L --version >&- && echo 0 || echo $?; $L nonsense >&- 2>&- <&- || echo $?
            (trap '' USR1; exec $L run --via preload sh -c 'kill -USR1 $$; echo ignored; ls -l /proc/self/fd | grep -c -- "-> "')
            $L run --via preload sh -c 'kill -TERM $$' || echo $?
            (exec 7</dev/null; exec $L run --via preload sh -c 'readlink /proc/self/fd/7')
            A=$$ X=1 $L run --via preload sh -c 'echo $X $A' | sed s/$$/own/
            cd /; umask 027; $L run --via preload sh -c 'pwd; umask'
            sh -c 'echo $$; exec "$0" run --via preload sh -c "echo \\$\\$"' $L | uniq | wc -l
            """
        )
        #expect(said == "lowport 0.2.0\n71\n64\nignored\n4\n143\n/dev/null\n1 own\n/\n0027\n1\n")
    }
}
