// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What setcap and getcap have beyond the originals.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct CapabilityOptionTests {
    @Test("getcap writes lines of JSON") func json() async throws {
        try await expectInSandbox(
            """
            touch a 'q"\\' "$(printf 'n\\377\\ne')"; setcap cap_net_raw=ep a; setcap -n 7 '=i cap_kill-i' 'q"\\'; setcap = n*
            getcap --json a q* n* | sed s/cap_chown.*checkpoint_restore/ALL/g; getcap -v --json . none
            """,
            output: """
                {"schema":"lowport.getcap/1","path":"a","capabilities":"cap_net_raw=ep","permitted":["cap_net_raw"],\
                "inheritable":[],"effective":true,"rootid":0}
                {"schema":"lowport.getcap/1","path":"q\\"\\\\","capabilities":"=i cap_kill-i","permitted":[],\
                "inheritable":["ALL"],"effective":false,"rootid":7}
                {"schema":"lowport.getcap/1","path":"n\u{FFFD}\\ne","path_hex":"6eff0a65","capabilities":"=","permitted":[],\
                "inheritable":[],"effective":false,"rootid":0}
                {"schema":"lowport.getcap/1","path":".","is_file":false}
                {"schema":"lowport.getcap/1","path":"none","error":"no such file or directory","errno":2}

                """
        )
    }

    @Test("getcap writes names with a NUL behind them") func nulls() async throws {
        try await expectInSandbox(
            "touch 'a b' c; setcap cap_kill=i 'a b'; getcap -v --null 'a b' c . | tr '\\0' '|'",
            output: "a b|cap_kill=i|c||"
        )
    }

    @Test("A walk stays within the limits that it is given") func limitsOfWalks() async throws {
        try await expectInSandbox(
            """
            mkdir -p d/t d/p d/x; mount -t tmpfs t d/t; mount -t proc p d/p; mount --bind d/x d/x
            touch d/a d/t/b d/x/c; setcap =p d/a =p d/t/b =p d/x/c
            getcap -r d | sort; echo; getcap -r --one-file-system d | sort; echo; getcap -r --local d | sort
            getcap -rv --local d | grep -c d/p
            """,
            output: """
                d/a =p
                d/t/b =p
                d/x/c =p

                d/a =p
                d/x/c =p

                d/a =p
                d/t/b =p
                d/x/c =p

                """ + "1\n"
        )
    }

    @Test("A strict walk fails where it could not look") func strict() async throws {
        try await expectInSandbox(
            """
            mkdir d; touch d/a; getcap --strict d/a d; echo $?; getcap --strict none 2>&1; echo $?
            getcap --strict -r none 2>&1; echo $?; setcap =p d/a; getcap --strict d/a >/dev/full; echo $?
            chmod 0700 d; chmod 0755 .; as alice getcap --strict -r . ; echo $?; as alice getcap -r .; echo $?
            """,
            output: """
                0
                none (No such file or directory)
                1
                none (No such file or directory)
                1
                1
                1
                0

                """
        )
    }

    @Test("An audit says which capabilities have an effect") func audit() async throws {
        try await expectInSandbox(
            """
            touch good plain; chmod 755 good; setcap cap_kill=ep good; getcap --audit good plain; echo $?
            echo '#!/bin/sh' >script; chmod 777 script; chown alice script; setcap cap_kill=i script
            touch data; setcap -n 9 63=p data; setcap = plain
            mkdir n; mount -t tmpfs -o nosuid n n; touch n/s; chmod 755 n/s; setcap cap_kill=p n/s
            getcap --audit script data plain n/s; echo $?
            setpriv --bounding-set=-kill getcap --audit good n/s; getcap --json --audit good
            """,
            output: """
                good cap_kill=ep
                0
                script cap_kill=i
                \tthe file is a script: only the capabilities of its interpreter count
                \tonly processes that have the capabilities inheritable gain them
                \tthe file is writable by others than its owner
                \tthe file belongs to user 1001, who may replace what it does
                data = 63+p
                \tno user has permission to execute the file
                \tthe capabilities count only where user 9 is root of a user namespace
                \tthis kernel does not have 63
                plain =
                \tno user has permission to execute the file
                \tthe attribute is empty: it gives nothing, and ends ambient capabilities
                n/s cap_kill=p
                \tthe file system is mounted nosuid: capabilities have no effect there
                1
                good cap_kill=ep
                \tcap_kill not in the bounding set here: execve fails with "operation not permitted"
                n/s cap_kill=p
                \tthe file system is mounted nosuid: capabilities have no effect there
                \tcap_kill not in the bounding set here: silently missing
                {"schema":"lowport.getcap-audit/1","path":"good","capabilities":"cap_kill=ep","permitted":["cap_kill"],\
                "inheritable":[],"effective":true,"rootid":0,"concerns":[]}

                """
        )
    }

    /// An attribute that execve honours, and that no system call shows: of revision 1.
    @Test("An audit finds attributes that no system call shows") func auditFindsHiddenAttributes() async throws {
        try await expectInSandbox(
            """
            truncate -s 8M image; mkfs.ext4 -q image; mkdir m; mount -o loop image m; touch m/v1; chmod 755 m/v1; umount m
            printf '\\1\\0\\0\\1\\0\\040\\0\\0\\0\\0\\0\\0' >value
            debugfs -w -R 'ea_set -f value v1 security.capability' image 2>/dev/null; mount -o loop image m
            getcap -r --audit m; echo $?; setcap --explain m/v1; setcap -r m/v1; getcap --audit -rv m/v1
            """,
            output: """
                m/v1
                \tthere is an attribute that the kernel does not show, though it may honour it at execve (revision 1, or \
                unknown flags); setcap -r removes it
                1
                m/v1
                \tthere is an attribute that the kernel does not show, though it may honour it at execve (revision 1, or \
                unknown flags); setcap -r removes it
                m/v1

                """
        )
    }

    @Test("A dry run changes nothing") func dryRun() async throws {
        try await expectInSandbox(
            """
            touch a b; setcap =p b; setcap --dry-run cap_kill=ep a -r b; as alice setcap --dry-run =i a; getcap -v a b
            setcap --dry-run -r a || setcap --dry-run cap_kill a && getcap a
            """,
            output: """
                would set 'a' to cap_kill=ep
                would remove the capabilities of 'b'
                would set 'a' to =i
                a
                b =p
                would set 'a' to =

                """,
            errors: "File 'a' has no capablity to remove\n"
        )
    }

    /// What would fail fails, as far as it shows beforehand.
    @Test("A dry run foresees what would fail") func dryRunForesees() async throws {
        try await expectInSandbox(
            """
            touch a; setcap --dry-run -n 7 =p a; setcap --dry-run =p /proc/version; ln -s a l; setcap --dry-run =p l
            setcap =p a; mount -o remount,ro /mnt; setcap --dry-run =i a; setcap --dry-run -r a; getcap a
            """,
            output: "would set 'a' to =p [rootid=7]\na =p\n",
            errors: """
                Failed to set capabilities on file '/proc/version': Operation not supported
                Invalid file 'l' for capability operation
                Failed to set capabilities on file 'a': Read-only file system
                Failed to set capabilities on file 'a': Read-only file system

                """
        )
    }

    /// On a terminal, a long walk tells how far it is; the system calls of this one are slow.
    @Test("A long walk tells how far it is") func progress() async throws {
        let outcome = try await Sandbox.run(
            """
            mkdir -p d/1 d/2 d/3 d/4 d/5 d/6 d/7 d/8; touch d/8/a; setcap =p d/8/a; exec 2>&1
            slow='strace -f -o /dev/null -e trace=getdents64 -e inject=getdents64:delay_enter=200000'
            script -qec "$slow getcap -r --progress d" /dev/null; echo; $slow getcap -r --progress d
            """
        )
        let lines = outcome.output.split(on: 0x0A)
        let terminal = lines.dropLast(2).map { $0.description }.joined(separator: "\n")
        #expect(terminal.contains(" files\u{1B}[K") && terminal.contains("\r\u{1B}[K"), "\(outcome)")
        #expect(terminal.contains("d/8/a =p"), "\(outcome)")
        // Without one, nothing but the result.
        #expect(lines.suffix(2) == ["d/8/a =p", ""])
    }

    @Test("Links are followed and lists of files taken when asked for") func followAndFiles() async throws {
        try await expectInSandbox(
            """
            touch a b c; ln -s a link; setcap --follow =p link; getcap a; setcap --files cap_kill=i b c; getcap b c
            setcap --files -r a b c; getcap a b c; setcap --files =p a none c || getcap a c
            """,
            output: "a =p\nb cap_kill=i\nc cap_kill=i\na =p\n",
            errors: "Failed to set capabilities on file 'none': No such file or directory\n"
        )
    }
}

/// Runs `script` in a sandbox, and expects what it says. The script goes on where a command fails.
func expectInSandbox(
    _ script: String,
    status: Int = 0,
    output: ByteString = "",
    errors: ByteString = "",
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let outcome = try await Sandbox.run("set +e; " + script)
    #expect(outcome == Outcome(status: status, output: output, errors: errors), sourceLocation: sourceLocation)
}
