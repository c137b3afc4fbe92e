// SPDX-License-Identifier: Apache-2.0

/// Small programs that cases may start: worlds in which setcap and getcap have to do something else.
enum CapabilityTools {
    /// The programs, by name.
    static let all = [
        "in-userns": inUserNamespace, "few-capabilities": fewCapabilities, "old-kernel": oldKernel, "on-image": onImage,
    ]

    /// `in-userns FIRST COMMAND…`: as root of a user namespace whose user 0 is user FIRST outside.
    private static let inUserNamespace = """
        #!/bin/sh -eu
        first=$1; shift
        gate=$(mktemp -u); mkfifo "$gate"
        unshare --user --keep-caps sh -c 'read -r _ <"$0"; exec "$@"' "$gate" \\
            setpriv --reuid=0 --regid=0 --clear-groups "$@" &
        until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/$$/ns/user)" ]; do sleep .01; done
        echo "0 $first 1000" >/proc/$!/uid_map
        echo "0 $first 1000" >/proc/$!/gid_map
        echo >"$gate"; rm "$gate"
        wait $!

        """

    /// `few-capabilities COUNT COMMAND…`: on a kernel that knows COUNT capabilities, as far as prctl(2) tells.
    private static let fewCapabilities = """
        #!/usr/bin/python3
        import ctypes, os, struct, sys
        limit = int(sys.argv[1])
        def step(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
        number = {"x86_64": 157, "aarch64": 167}[os.uname().machine]
        program = b"".join([
            step(0x20, 0, 0, 0), step(0x15, 0, 5, number),        # is it prctl
            step(0x20, 0, 0, 16), step(0x15, 0, 3, 23),           # with PR_CAPBSET_READ
            step(0x20, 0, 0, 24), step(0x35, 0, 1, limit),        # of a number from the limit on
            step(0x06, 0, 0, 0x00050000 | 22),                    # then EINVAL
            step(0x06, 0, 0, 0x7FFF0000)])
        filters = ctypes.create_string_buffer(program)
        head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(filters))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, head, 0, 0): sys.exit("no filter")
        os.execvp(sys.argv[2], sys.argv[2:])

        """

    /// `old-kernel CALLS COMMAND…`: on a kernel that lacks the system calls with these numbers, separated by commas.
    private static let oldKernel = """
        #!/usr/bin/python3
        import ctypes, os, struct, sys
        def step(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
        program = step(0x20, 0, 0, 0)
        for number in sys.argv[1].split(","):
            program += step(0x15, 0, 1, int(number)) + step(0x06, 0, 0, 0x00050000 | 38)
        program += step(0x06, 0, 0, 0x7FFF0000)
        filters = ctypes.create_string_buffer(program)
        head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(filters))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, head, 0, 0): sys.exit("no filter")
        os.execvp(sys.argv[2], sys.argv[2:])

        """

    /// `on-image COMMAND…`: in a directory of a new ext4 with the files `v1`, `odd`, `v4`, `short` and `plain`, whose
    /// attributes no system call writes: of revision 1, with unknown flags, of revision 4, and cut off.
    private static let onImage = """
        #!/bin/sh -eu
        mkdir mnt; truncate -s 8M image; mkfs.ext4 -q image
        cat >inner <<'END'
        mount -o loop image mnt; touch mnt/v1 mnt/odd mnt/v4 mnt/short mnt/plain; umount mnt
        printf '\\1\\0\\0\\1\\0\\040\\0\\0\\0\\0\\0\\0' >value
        debugfs -w -R 'ea_set -f value v1 security.capability' image 2>/dev/null
        printf '\\3\\0\\0\\2\\0\\040\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' >value
        debugfs -w -R 'ea_set -f value odd security.capability' image 2>/dev/null
        printf '\\1\\0\\0\\4\\0\\040\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' >value
        debugfs -w -R 'ea_set -f value v4 security.capability' image 2>/dev/null
        printf '\\1\\0\\0\\2\\0\\040' >value
        debugfs -w -R 'ea_set -f value short security.capability' image 2>/dev/null
        mount -o loop image mnt; cd mnt; "$@"
        END
        unshare --mount sh -eu inner "$@"

        """
}
