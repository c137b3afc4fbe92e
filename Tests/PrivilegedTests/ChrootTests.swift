// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Below chroot(2), with and without /proc and /dev, and with a /proc that hides the processes of others.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ChrootTests: SandboxSuite {
    /// `inside COMMAND` runs it below `root` as alice; `all` tries each way that an unprivileged user has.
    static let prelude = """
        touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81
        musl-gcc -static -o static "\(Release.repository)/Machines/probe.c"; cc -o dynamic "\(Release.repository)/Machines/probe.c"
        mkdir root
        for name in proc dev tmp; do mkdir root/$name; done
        for name in bin lib lib64 usr etc mnt; do mkdir root/$name; mount --rbind /$name root/$name; done
        # The runtime of Swift, which lowport-admin needs in a debug build.
        swift=$(ldd $LIBEXEC/lowport-admin | sed -n 's,.* => \\(/.*\\)/libswiftCore.so.*,\\1,p')
        mkdir -p "root$swift"; mount --bind "$swift" "root$swift"
        inside() { chroot --userspec=alice --groups=alice root env PATH=/mnt/bin:/usr/bin:/bin "$@"; }
        all() {
            for program in dynamic static; do echo "run $program: $(inside lowport run $T/$program 81 2>&1 | head -n 1)"; done
            echo "preload: $(inside lowport run --via preload $T/dynamic 81 2>&1)"
            echo "authbind: $(inside authbind $T/dynamic 81 2>&1)"
            echo "listen: $(inside lowport run --listen 127.0.0.1:81 $T/dynamic 81 2>&1)"
            inside lowport can-bind 81 && echo "can-bind: 0" || echo "can-bind: $?"
            inside lowport explain 81 > explained 2>&1 && status=0 || status=$?; echo "explain: $status $(head -n 1 explained)"
            inside lowport explain 81 --program $T/static > explained 2>&1 && status=0 || status=$?; echo "explain static: $status"
        }

        """

    private static let works = """
        run dynamic: yes
        run static: yes
        preload: yes
        authbind: yes
        listen: yes
        can-bind: 0
        explain: 0 user alice can bind tcp 81 by /etc/authbind/byport/81, started with lowport run or authbind
        explain static: 0

        """

    @Test(arguments: ["", "rm -r root/dev; mkdir root/dev", "mount -o remount,hidepid=2 root/proc"])
    func `with proc everything works, with and without devices`(_ change: String) async throws {
        try await expect(
            """
            mount -t proc proc root/proc; for device in null zero tty; do touch root/dev/$device; mount --bind /dev/$device root/dev/$device; done
            \(change.isEmpty ? "" : "umount root/dev/*;") \(change)
            all
            """,
            ByteString(Self.works)
        )
    }

    @Test(arguments: ["", "mount -t tmpfs -o mode=555 tmpfs root/proc"])
    func `without proc the library works, and the rest says what is missing`(_ change: String) async throws {
        try await expect(
            """
            \(change)
            all
            """,
            """
            run dynamic: yes
            run static: lowport-run: /mnt/work/static: the broker cannot be used: /proc is not mounted, or belongs to another PID \
            namespace; nor can the library reach the program, since it is statically linked
            preload: yes
            authbind: yes
            listen: yes
            can-bind: 0
            explain: 71 lowport: cannot look at this process: /proc is not mounted, or does not show it
            explain static: 71

            """
        )
    }
}
