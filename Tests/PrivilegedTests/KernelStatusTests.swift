// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `lowport enforce status` says to root, and to everybody.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct KernelStatusTests: KernelSuite {
    /// `said COMMAND...`: what the command prints, without what differs from machine to machine.
    private static let policy: ByteString = """
        said() { "$@" 2>&1 | sed -E "s|$G|GROUP|; s/inode [0-9]+/inode N/; s/cookie [0-9]+/cookie N/; s/applied 2[^ ]*Z/applied T/"; }
        printf '# two\nallow user alice tcp 80,443\nallow group dns udp,tcp 53\n' > /etc/lowport/rules
        echo 'confine user bob' > /etc/lowport/rules.d/more.rules

        """

    @Test("Root sees everything") func rootSeesEverything() async throws {
        expect(
            try await enforced(
                Self.policy + """
                    mkdir -p /run/netns; : > /run/netns/blue; mount --bind /proc/self/ns/net /run/netns/blue
                    enable; said lowport enforce status
                    lowport enforce status --json > json; /usr/bin/python3 - "$G" <<'END'
                    import json, os, sys
                    answer = json.load(open("json")); group = sys.argv[1]
                    print(answer["cgroup_path"] == group, answer["cgroup"] == os.stat(group).st_ino, answer["network_path"])
                    print(answer["rules"], answer["entries"] > 2, answer["confines"], answer["confined"], answer["limit"])
                    END
                    # Another namespace, found by one of its processes.
                    umount /run/netns/blue; rm /run/netns/blue
                    unshare --net lowport enforce status | grep -oE '/proc/[0-9]+/ns/net' > path
                    [ "$(readlink "$(cat path)")" = "$(readlink /proc/self/ns/net)" ] && echo found
                    echo '# nobody' > /etc/lowport/rules.d/more.rules; said lowport enforce status | sed -n 4p
                    lowport enforce reload; said lowport enforce status | tail -n 1
                    lowport enforce disable; status lowport enforce status
                    enable --all-namespaces; said lowport enforce status | head -n 1
                    """
            ),
            """
            enabled for ports below 1024, in the network namespace /run/netns/blue (cookie N)
            control group: GROUP (inode N)
            policy: 2 rules, applied T
            binds: 0 allowed by rule, 0 allowed by capability, 0 refused
            confined: user bob (uid 1002)
            True True /run/netns/blue
            2 True True [{'id': 1002, 'kind': 'user', 'name': 'bob'}] 1024
            found
            files changed since then, and the kernel does not know it: sudo lowport enforce reload
            confined: nobody
            1
            enabled for ports below 1024, in all network namespaces

            """
        )
    }

    @Test("Everybody sees what root has written for them") func everybodySeesWhatRootHasWrittenForThem() async throws {
        expect(
            try await enforced(
                Self.policy + """
                    status as alice lowport enforce status
                    enable; said as alice lowport enforce status
                    as alice lowport enforce status --json > json; echo "$?"
                    grep -oE '"(enabled|from_state_file|rules|confines|current|faulty)" : [a-z0-9]+' json
                    grep -cE 'granted|binds|bob|1002' json || :
                    echo '# more' >> /etc/lowport/rules; as alice lowport enforce status | grep -c 'files changed since then'
                    # Neither the file of an earlier version is taken for more, nor that of a later one for anything.
                    sed -i '/^details/d' /run/lowport/kernel; said as alice lowport enforce status | grep -cE '^policy|^confined' || :
                    status as alice lowport enforce status
                    echo 'more 1' >> /run/lowport/kernel; status as alice lowport enforce status
                    lowport enforce disable; status as alice lowport enforce status
                    """
            ),
            """
            1
            enabled for ports below 1024, in the network namespace of this process (cookie N)
            control group: GROUP
            policy: 2 rules, applied T
            confined: some users or groups
            only root sees the binds, and who is confined: sudo lowport enforce status
            0
            "confines" : true
            "current" : true
            "enabled" : true
            "faulty" : false
            "from_state_file" : true
            "rules" : 2
            0
            1
            0
            0
            77
            1

            """
        )
    }
}
