// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// Programs that are declared to keep their capabilities: lowport.programs(5), `lowport grant --keep`, `lowport programs`.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct KeptProgramTests: KernelSuite {
    private static let upgrade = ProgramUpgradeTests.prelude.description

    /// A directory of root's, `$P`, with programs that belong to no package.
    private static let place = """
        P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P; cp /usr/bin/env $P/a; cp /usr/bin/id $P/b
        kept() { for file; do getcap $file | sed 's|.*/||'; done; }
        replace() { cp $1 $P/new; mv $P/new $2; }

        """

    private func check(
        _ script: String,
        _ output: ByteString,
        errors: ByteString? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Sandbox.run(script, environment: ["REPOSITORY": Release.repository])
        #expect(outcome.output == output, "\(outcome)", sourceLocation: sourceLocation)
        if let errors { #expect(outcome.errors == errors, sourceLocation: sourceLocation) }
    }

    @Test("A program keeps its capability through upgrades by dpkg, until it is revoked") func survivesUpgrades()
        async throws
    {
        try await check(
            Self.upgrade + """
                install 1; lowport programs enable; cat $F > /dev/null
                lowport grant --program $F --keep 2> notes; grep -c 'an upgrade' notes || :; cat /etc/lowport/programs
                install 2; new 80; lowport check; lowport programs status
                lowport revoke --program $F; getcap $F; install 1; getcap $F; new 80; lowport check
                lowport grant --program $F --keep -q 2> notes; lowport programs disable; install 2; getcap $F
                lowport doctor | grep -c 'is without cap_net_bind_service since its file changed at 20' || :
                """,
            """
            after upgrades: a hook of dpkg
            unchanged
            added: program /usr/lib/lowport-test/server cap_net_bind_service
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            0
            program /usr/lib/lowport-test/server cap_net_bind_service
            version 2, port 80: bound
            0 rules in 0 files: no errors
            PROGRAM                       KEEPS                 STATE   BY
            /usr/lib/lowport-test/server  cap_net_bind_service  has it  /etc/lowport/programs:1
            after upgrades: a hook of dpkg
            removed: program /usr/lib/lowport-test/server cap_net_bind_service
            removed: cap_net_bind_service=ep /usr/lib/lowport-test/server
            version 1, port 80: Permission denied
            0 rules in 0 files: no errors
            1

            """
        )
    }

    @Test("With apt, the new program has its capability before its package is configured") func isThereForTheService()
        async throws
    {
        try await check(
            Self.upgrade + """
                install 1; lowport programs enable -q; lowport grant --program $F --keep -q 2> notes
                printf '%s\\n' '#!/bin/sh' "echo configured: \\$($BIN/getcap $F) > $T/seen" > 2/DEBIAN/postinst
                chmod 755 2/DEBIAN/postinst; dpkg-deb --root-owner-group -b 2 2.deb > dpkg.log
                mkdir -p /var/lib/apt/lists/partial /mnt/cache/archives/partial
                apt-get -q -y -o Dir::Cache=/mnt/cache -o APT::Sandbox::User=root install ./2.deb > apt.log 2>&1 || cat apt.log
                cat seen; new 80
                """,
            """
            configured: /usr/lib/lowport-test/server cap_net_bind_service=ep
            version 2, port 80: bound

            """
        )
    }

    @Test("Only the package's own content gets it") func wantsTheContentOfThePackage() async throws {
        try await check(
            Self.upgrade + """
                install 1; lowport grant --program $F --keep -q 2> notes
                cp /usr/bin/env new; mv new $F; lowport programs apply || echo "status $?"; getcap $F
                lowport grant --program $F --keep 2>&1 || echo "status $?"
                dpkg-divert --local --rename --add $F > dpkg.log 2>&1; cp /usr/bin/env $F; lowport programs apply || echo "status $?"
                dpkg-divert --local --remove --no-rename $F > dpkg.log; mv $F.distrib $F; install 1; lowport programs apply
                rm /var/lib/dpkg/info/lowport-test.md5sums; setcap -r $F; lowport programs apply || echo "status $?"
                """,
            """
            unchanged
            status 78
            lowport: cannot keep the capability of /usr/lib/lowport-test/server: it has another content than its package
            hint: if it is as it should be, write a line for it with sha256:DIGITS: lowport.programs(5)
            status 77
            unchanged
            status 78
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            unchanged
            status 78

            """,
            errors: """
                /etc/lowport/programs:1: /usr/lib/lowport-test/server has another content than its package
                /etc/lowport/programs:1: /usr/lib/lowport-test/server has another content than its package
                /etc/lowport/programs:1: /usr/lib/lowport-test/server cannot be verified: its package has no digest of it; its line \
                needs sha256:DIGITS

                """
        )
    }

    @Test("Programs of no package get it by their content, or by an explicit word") func wantsAPinOtherwise()
        async throws
    {
        try await check(
            Self.place + """
                lowport grant --program $P/a --keep -q 2> notes; echo "program $P/b cap_net_bind_service,cap_net_raw" \\
                    > /etc/lowport/programs.new; mkdir /etc/lowport/programs.d; mv /etc/lowport/programs.new /etc/lowport/programs.d/b.programs
                lowport programs apply || echo "status $?"
                sed -i 's/$/ unverified # whatever it is/' /etc/lowport/programs.d/b.programs; lowport programs apply; kept $P/a $P/b
                replace /usr/bin/env $P/a; replace /usr/bin/env $P/b; lowport programs apply; kept $P/a $P/b
                replace /usr/bin/id $P/a; lowport programs apply || echo "status $?"
                lowport grant --program $P/a --keep -q 2> notes; wc -l < /etc/lowport/programs; kept $P/a
                setcap cap_kill=ep $P/b; lowport programs apply; kept $P/b; rm $P/b; lowport programs apply; lowport check
                lowport revoke --program $P/b; lowport revoke --program $P/a -q; [ ! -s /etc/lowport/programs ]
                """,
            """
            unchanged
            status 78
            added: cap_net_bind_service,cap_net_raw=ep /usr/local/bin/b
            a cap_net_bind_service=ep
            b cap_net_bind_service,cap_net_raw=ep
            added: cap_net_bind_service=ep /usr/local/bin/a
            added: cap_net_bind_service,cap_net_raw=ep /usr/local/bin/b
            a cap_net_bind_service=ep
            b cap_net_bind_service,cap_net_raw=ep
            unchanged
            status 78
            1
            a cap_net_bind_service=ep
            added: cap_net_bind_service,cap_net_raw=ep /usr/local/bin/b
            b cap_kill,cap_net_bind_service,cap_net_raw=ep
            unchanged
            /etc/lowport/programs.d/b.programs:1: warning: /usr/local/bin/b is not there
            0 rules in 0 files: no errors

            """
        )
    }

    @Test("Files that others may change, links and scripts get nothing; the others do") func refusesTheUntrusted()
        async throws
    {
        try await check(
            Self.place + """
                mkdir -m 777 $P/open; cp $P/a $P/open/a; cp $P/a $P/alice; chown alice $P/alice; cp $P/a $P/group; chmod g+w $P/group
                ln -s a $P/link; printf '#!/bin/sh\\n' > $P/script; chmod 755 $P/script; mkdir $P/dir
                cp $P/a $P/user; setcap -n 5 cap_kill=ep $P/user
                for name in open/a alice group link script dir user gone a; do echo "program $P/$name cap_kill unverified"; done \\
                    > /etc/lowport/programs
                lowport programs apply 2>&1 || echo "status $?"; lowport programs status | grep -c 'has it'; getcap -r $P | sort
                as alice lowport programs apply 2>&1 || echo "status $?"
                as alice lowport programs status | grep -c lacks || :
                chmod g+w /etc/lowport/programs; setcap -r $P/a; lowport programs apply 2>&1 || echo "status $?"
                chmod g-w /etc/lowport/programs; chown alice /etc/lowport; lowport programs apply 2>&1 || echo "status $?"; getcap $P/a
                """,
            """
            added: cap_kill=ep /usr/local/bin/a
            /etc/lowport/programs:1: /usr/local/bin/open/a cannot be trusted: /usr/local/bin/open has mode 0777, so that others may write to it
            /etc/lowport/programs:2: /usr/local/bin/alice cannot be trusted: /usr/local/bin/alice belongs to uid 1001
            /etc/lowport/programs:3: /usr/local/bin/group cannot be trusted: /usr/local/bin/group has mode 0775, so that others may write to it
            /etc/lowport/programs:4: /usr/local/bin/link is behind a symbolic link, /usr/local/bin/link to a: name /usr/local/bin/a
            /etc/lowport/programs:5: /usr/local/bin/script is a script: what executes is /bin/sh
            /etc/lowport/programs:6: /usr/local/bin/dir is not a regular file
            /etc/lowport/programs:7: /usr/local/bin/user has capabilities for the user namespace of root user 5
            note: /etc/lowport/programs:8: /usr/local/bin/gone is not there
            status 78
            1
            /usr/local/bin/a cap_kill=ep
            /usr/local/bin/user cap_kill=ep
            lowport: cannot give capabilities: only root may
            hint: run it as root, with sudo
            status 77
            2
            unchanged
            /etc/lowport/programs: mode 0664, must not be writable by group or others
            status 65
            unchanged
            /etc/lowport: belongs to uid 1001, must belong to root
            status 65

            """
        )
    }

    @Test("An error in a file is reported with its place, and the file gives nothing") func reportsErrors() async throws
    {
        try await check(
            Self.place + """
                mkdir /etc/lowport/programs.d; D=/etc/lowport/programs.d
                printf '%s\\n' '# a comment' "program $P/a cap_net_bind_service unverified" "program $P/a net_raw" > $D/1.programs
                printf '%s\\n' "program $P/b cap_kill+p unverified" > $D/2.programs; echo nonsense > $D/3.other
                printf '%s\\n' 'programm /x' 'program x' 'program /a/../b cap_kill' 'program /x' 'program /x cap_kill+' \\
                    'program /x cap_kill,64' 'program /x cap_kill=' 'program /x cap_kill=ep cap_chown+p' \\
                    'program /x cap_kill unverified sha256:00' 'program /x cap_kill sha256:00' 'program /x cap_kill\r' > $D/4.programs
                lowport programs apply 2>&1 || echo "status $?"; kept $P/a $P/b; lowport check | grep -c '^/etc/lowport/programs.d' || :
                cp $D/4.programs new.programs; lowport check new.programs | head -n 1; sed 1,11d new.programs > good.programs
                lowport check good.programs; lowport doctor | grep -c 'programs.d/4.programs'
                lowport grant --program $P/b --keep -q 2> notes; echo x >> /etc/lowport/programs
                lowport grant --program $P/a --keep 2>&1 || echo "status $?"; getcap $P/a; lowport revoke --program $P/b 2>&1
                """,
            """
            added: cap_kill=p /usr/local/bin/b
            /etc/lowport/programs.d/1.programs:3:26: found "net_raw", expected the name of a capability (cap_net_bind_service); did you mean \
            "cap_net_raw"?
            /etc/lowport/programs.d/4.programs:1:1: found "programm", expected "program"; did you mean "program"?
            /etc/lowport/programs.d/4.programs:2:9: found "x", expected the absolute path of a program, without //, /./, /../ and blanks \
            (/usr/bin/node)
            /etc/lowport/programs.d/4.programs:3:9: found "/a/../b", expected the absolute path of a program, without //, /./, /../ and blanks \
            (/usr/bin/node)
            /etc/lowport/programs.d/4.programs:4:11: the line ends, expected the name of a capability (cap_net_bind_service)
            /etc/lowport/programs.d/4.programs:5:21: found "cap_kill+", expected one or more of the flags e, i and p
            /etc/lowport/programs.d/4.programs:6:21: found "64", expected the number of a capability, 0-63
            /etc/lowport/programs.d/4.programs:7:12: found "cap_kill=", expected capabilities to keep, of which these words leave none
            /etc/lowport/programs.d/4.programs:8:12: found "cap_kill=ep", expected the flag e for all capabilities or for none, as a file has it
            /etc/lowport/programs.d/4.programs:9:32: found "sha256:00", expected "sha256:DIGITS", "unverified" or the end of the line
            /etc/lowport/programs.d/4.programs:10:21: found "sha256:00", expected 64 hexadecimal digits in lower case, as sha256sum writes them
            /etc/lowport/programs.d/4.programs:11:20: found "\\r", expected a line that ends with a newline alone (this file has DOS line ends)
            status 65
            b cap_kill=p
            12
            new.programs:1:1: error: found "programm", expected "program"; did you mean "program"?
            0 rules in 0 files: no errors
            11
            /etc/lowport/programs:2:1: found "x", expected "program"
            lowport: /etc/lowport/programs has errors; it is not changed
            hint: lowport check
            status 65
            warning: /etc/lowport/programs has errors, and may keep it once they are corrected: lowport check
            removed: cap_net_bind_service=ep /usr/local/bin/b

            """
        )
    }

    @Test("A file that is replaced meanwhile gets nothing that was not examined") func isSafeFromReplacement()
        async throws
    {
        try await check(
            Self.place + """
                lowport grant --program $P/a --keep -q 2> notes; mkdir $P/good $P/bad
                # Each file has a second name, by which it is looked at in the end.
                (
                    for round in $(seq 300); do
                        cp /usr/bin/env $P/good/$round; ln $P/good/$round $P/next; mv $P/next $P/a
                        cp /usr/bin/id $P/bad/$round; ln $P/bad/$round $P/next; mv $P/next $P/a
                    done; : > done
                ) &
                rounds=0; until [ -e done ]; do lowport programs apply > said 2>&1 || :; rounds=$((rounds + 1)); done
                wait; getcap -r $P/bad; [ $rounds -gt 5 ] && echo "many rounds"
                replace /usr/bin/env $P/a; lowport programs apply; kept $P/a
                """,
            "many rounds\nadded: cap_net_bind_service=ep /usr/local/bin/a\na cap_net_bind_service=ep\n"
        )
    }

    @Test(
        "With rpm, the file trigger of the package gives it back",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/rpmbuild"), "needs rpmbuild")
    )
    func survivesUpgradesByRpm() async throws {
        try await check(
            """
            F=/usr/lib/lowport-test/server; mkdir layers; mount -t tmpfs tmpfs layers; mkdir layers/upper layers/work
            mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=layers/upper,workdir=layers/work /usr/lib
            mkdir -p /var/lib/rpm /etc/rpm; echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros; rpm --initdb 2> notes
            # build NAME VERSION CONTENT TEXT: a package with the content in the file, or with no file.
            build() {
                printf '%s\n' "Name: $1" "Version: $2" 'Release: 1' 'Summary: a test' 'License: none' 'BuildArch: noarch' \
                    'AutoReqProv: no' '%description' 'a test' \
                    '%install' "${3:+install -D -m 755 $3 \\$RPM_BUILD_ROOT$F}" '%files' "${3:+$F}" "$4" > $1.spec
                rpmbuild -bb --define "_topdir $T/rpm" --define '_build_id_links none' --define '__os_install_post %{nil}' \
                    --define '_binaries_in_noarch_packages_terminate_build 0' $1.spec > rpm.log 2>&1 || { cat rpm.log; exit 1; }
            }
            build lowport-test 1 /usr/bin/env ''; build lowport-test 2 /usr/bin/id ''
            build lowport-trigger 1 '' "$(sed "s|/usr/bin/lowport|$BIN/lowport|" "$REPOSITORY/Packaging/rpm/programs.trigger")"
            upgrade() { for name; do rpm -U --nodeps --oldpackage $T/rpm/RPMS/noarch/$name-1.noarch.rpm 2> notes || cat notes; done; }
            upgrade lowport-trigger-1 lowport-test-1; lowport grant --program $F --keep 2> notes
            upgrade lowport-test-2; getcap $F; lowport programs enable -q; getcap $F; rm /etc/dpkg/dpkg.cfg.d/lowport-programs
            upgrade lowport-test-1; getcap $F; cp /usr/bin/id new; mv new $F; lowport programs apply 2>&1 || echo "status $?"
            lowport programs disable; upgrade lowport-test-2; getcap $F
            """,
            """
            added: program /usr/lib/lowport-test/server cap_net_bind_service
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            /usr/lib/lowport-test/server cap_net_bind_service=ep
            /usr/lib/lowport-test/server cap_net_bind_service=ep
            unchanged
            /etc/lowport/programs:1: /usr/lib/lowport-test/server has another content than its package
            status 78

            """
        )
    }

    @Test("A confined program gets it as a file that the kernel confines, or not at all") func staysConfined()
        async throws
    {
        expect(
            try await enforced(
                ByteString(Self.upgrade) + """
                    install 1; lowport grant 80 --program $F --keep 2>&1 | head -n 1
                    lowport grant 80 --program $F --keep --every-port 2>&1 | head -n 1
                    enable; lowport grant 80 --program $F --keep 2> notes
                    install 2; lowport programs apply; new 80; new 81; lowport check
                    lowport enforce disable; install 1; lowport programs apply 2>&1 || echo "status $?"; new 80
                    enable; lowport programs apply; new 80; new 81
                    lowport revoke 80 --program $F; getcap $F; lowport programs status | head -n 1
                    """
            ),
            """
            lowport: the kernel engine is not enabled here: the capability would let every user of /usr/lib/lowport-test/server bind every low port
            lowport: --keep and --every-port exclude each other
            added: allow program /usr/lib/lowport-test/server tcp 80
            added: confine program /usr/lib/lowport-test/server
            added: program /usr/lib/lowport-test/server cap_net_bind_service
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            version 2, port 80: bound
            version 2, port 81: Operation not permitted
            1 rule in 1 file: no errors
            unchanged
            /etc/lowport/programs:1: /usr/lib/lowport-test/server is confined by /etc/lowport/rules:2, and the kernel engine is not enabled \
            here: the capability would be for every port
            status 78
            version 1, port 80: Permission denied
            added: cap_net_bind_service=ep /usr/lib/lowport-test/server
            version 1, port 80: bound
            version 1, port 81: Operation not permitted
            removed: program /usr/lib/lowport-test/server cap_net_bind_service
            removed: cap_net_bind_service=ep /usr/lib/lowport-test/server
            removed: allow program /usr/lib/lowport-test/server tcp 80
            removed: confine program /usr/lib/lowport-test/server
            no program keeps capabilities

            """
        )
    }
}
