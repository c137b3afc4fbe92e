// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Where the command that people type finds the programs that it becomes, and whose they are.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportPlaceTests: SandboxSuite {
    static let prelude = """
        tried() { "$@" >out 2>&1 && status=0 || status=$?; echo "$status $(tail -n 1 out)"; }
        lowport grant 80 --user alice >out; ln -s $BIN/lowport $T/called

        """

    /// Without proc(5), the program is the one whose path the starter named: a path that can be relative, or a link.
    @Test(arguments: [
        "lowport", "/mnt/bin/lowport", "/mnt/work/called", "../bin/lowport", "./called", "env lowport",
        "env PATH=:/nowhere called",
    ])
    func `does what was asked, or says that it did not, without proc`(_ name: String) async throws {
        try await expect(
            """
            mount -t tmpfs -o mode=555 tmpfs /proc; touch out; chmod 666 out
            for words in --version list check 'can-bind 81' 'can-bind 80' 'run /bin/true' 'run --via broker true' \\
                'forward 81 localhost:8080' nonsense 'list --bogus'; do
                tried as alice \(name) $words
            done
            tried \(name) doctor; grep -c 'is not installed' out
            """,
            """
            0 lowport 0.2.0
            0 everyone    any       1024-65535  all        -      kernel (lowport threshold)
            0 1 rule in 1 file: no errors
            1 
            0 
            0 
            125 hint: sudo mount -t proc proc /proc
            1 hint: see lowport(8)
            64 hint: lowport --help names them all
            64 hint: lowport list --help
            1 2 errors, 2 notes
            0

            """
        )
    }

    /// A set-id command could be linked to beside a program of somebody's own, which it would become with another's rights.
    @Test func `a set-id command starts nothing`() async throws {
        try await expect(
            """
            mkdir -p $T/mine/bin $T/mine/libexec/lowport; cp $BIN/lowport /mnt/work/mine/bin/
            printf '#!/bin/sh\\nid -u\\n' > $T/mine/libexec/lowport/lowport-admin
            cp $T/mine/libexec/lowport/lowport-admin $T/mine/libexec/lowport/lowport-forward
            chmod 755 $T/mine/libexec/lowport/*; chown -R alice $T/mine/libexec; touch out; chmod 666 out
            for mode in 755 4755 2755; do
                chmod $mode $T/mine/bin/lowport
                for words in list 'list --json' 'run true' 'forward 80 x:80' 'can-bind 80' ''; do
                    tried as alice $T/mine/bin/lowport $words
                done | sort -u
            done
            grep -c 'must not be' out; mount -t tmpfs -o mode=555 tmpfs /proc
            tried as alice $T/mine/bin/lowport list; chmod 4755 $T/mine/bin/lowport; tried as alice $T/mine/bin/lowport list
            """,
            """
            0 1001
            1 
            125 lowport-run: cannot find liblowport-preload.so from /mnt/work/mine/bin/lowport
            125 lowport-run: cannot find lowport-helper from /mnt/work/mine/bin/lowport
            125 lowport: must not be installed set-user-ID or set-group-ID
            71 lowport: must not be installed set-user-ID or set-group-ID
            125 lowport: must not be installed set-user-ID or set-group-ID
            71 lowport: must not be installed set-user-ID or set-group-ID
            1
            71 lowport: must not be installed set-user-ID or set-group-ID
            71 lowport: must not be installed set-user-ID or set-group-ID

            """
        )
    }
}
