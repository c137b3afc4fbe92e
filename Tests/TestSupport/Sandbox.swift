// SPDX-License-Identifier: Apache-2.0
internal import Foundation
package import LowportLinux

/// A private world for one test: own mounts, network and processes, own copy of /etc, the programs installed.
///
/// Nothing that happens in it reaches the machine, and every process in it ends with it. Needs root.
///
/// The script runs under `sh -eu` as root, with
/// - `$BIN` and `$LIBEXEC`: the programs, installed as `make install` does (helper with its file capability),
///   `$BIN` first in PATH, and `$T`, an empty directory that everybody may enter;
/// - users and groups `alice` (1001), `bob` (1002) and the group `dns` (1100), which has bob as a member;
/// - `as USER COMMAND…`, which runs a command as that user with exactly that user's groups;
/// - no journal of systemd, an empty /var/lib, an /etc with empty `authbind/{byport,byaddr,byuid}` and `lowport/rules.d`, and the loopback interface up.
package enum Sandbox {
    /// Runs `script` in a new sandbox and waits for its end.
    /// - Parameters:
    ///   - environment: variables that the script sees.
    ///   - input: what the script reads from standard input.
    package static func run(
        _ script: String,
        environment: [String: String] = [:],
        input: ByteString = ""
    ) async throws -> Outcome {
        try await TestSupport.run(
            "unshare",
            [
                "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                "sh", "-eu", "-c", ByteString(prelude + script),
            ],
            input: input,
            environment: environment.merging(["PRODUCTS": Products.directory]) { mine, _ in mine }
        )
    }

    private static let prelude = """
        umask 022
        ip link set lo up
        mount -t tmpfs -o mode=0755 tmpfs /mnt
        mount -t tmpfs -o mode=0755 tmpfs /var/lib
        mkdir /mnt/etc /mnt/bin /mnt/libexec /mnt/work
        cp -a /etc/. /mnt/etc
        rm -rf /mnt/etc/authbind /mnt/etc/lowport
        mkdir -p /mnt/etc/authbind/byport /mnt/etc/authbind/byaddr /mnt/etc/authbind/byuid /mnt/etc/lowport/rules.d
        # Whoever has these numbers on the machine.
        sed -i '/^[^:]*:[^:]*:100[12]:/d' /mnt/etc/passwd; sed -i -E '/^[^:]*:[^:]*:(100[12]|1100):/d' /mnt/etc/group
        printf '%s\\n' alice:x:1001:1001::/: bob:x:1002:1002::/: >> /mnt/etc/passwd
        printf '%s\\n' alice:x:1001: bob:x:1002: dns:x:1100:bob >> /mnt/etc/group
        mount --bind /mnt/etc /etc
        # A test writes to no journal of the machine, and reads none.
        for place in /run/systemd/journal /run/log/journal /var/log/journal; do
            [ ! -d $place ] || mount -t tmpfs tmpfs $place
        done
        BIN=/mnt/bin LIBEXEC=/mnt/libexec/lowport T=/mnt/work
        mkdir -p $LIBEXEC; chmod 1777 $T
        cp "$PRODUCTS/lowport-helper" "$PRODUCTS/liblowport-preload.so" "$PRODUCTS/lowport-run" \
            "$PRODUCTS/lowport-forward" "$PRODUCTS/lowport-admin" $LIBEXEC/
        cp "$PRODUCTS/lowport" "$PRODUCTS/authbind" "$PRODUCTS/setcap" "$PRODUCTS/getcap" "$PRODUCTS/nc" $BIN/
        ln $BIN/nc $BIN/netcat
        cp "$PRODUCTS/bind-probe" $BIN/
        $BIN/setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $LIBEXEC/lowport-helper
        PATH=$BIN:$PATH
        cd $T
        as() {
            who=$1; shift
            setpriv --reuid "$who" --regid "$(id -g "$who")" --init-groups "$@"
        }

        """
}
