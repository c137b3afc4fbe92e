// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The hints of `setcap --explain`: which of its causes a failure has.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct CapabilityExplainTests {
    @Test(
        "The cause of a failure is explained",
        arguments: [
            (
                "ln -s a link; setcap --explain =p link",
                "'link' is a symbolic link; name the file that it leads to, or use --follow"
            ),
            ("mkdir d; setcap --explain =p d", "'d' is a directory; only files have capabilities"),
            ("mkfifo f; setcap --explain =p f", "'f' is a FIFO; only regular files have capabilities"),
            ("setcap --explain 'cap_kill=ep cap_chown=p' a", "cap_chown must be effective too, or nothing may be"),
            ("ln -s none link; setcap --explain -r link", "'link' is a symbolic link that leads to no file"),
            ("mknod c c 1 3; setcap --explain =p c", "'c' is a device; only regular files have capabilities"),
            (
                "python3 -c 'import socket; socket.socket(1).bind(\"s\")'; setcap --explain =p s",
                "'s' is a socket; only regular files have capabilities"
            ),
            ("setcap --explain -n 4294967295 =p a", "-n names 4294967295, which is no user"),
            (
                "unshare --map-root-user setcap --explain -n 5 =p a",
                "user 5 has no number in this user namespace; /proc/self/uid_map shows which have one"
            ),
            ("setcap --explain cap_kil=p a", "no capability has the name at byte 1"),
            ("setcap --explain 'cap_kill =ep' a", "a blank stands between the capabilities and the operator at byte 9"),
            ("mount -o remount,ro /mnt; setcap --explain =p a", "the file system of 'a' is mounted read-only"),
            (
                "as alice setcap --explain =p a",
                "run setcap as root, or with a command such as sudo; in a container, the bounding set may lack cap_setfcap"
            ),
        ]
    ) func explainsFailures(script: String, hint: ByteString) async throws {
        let outcome = try await Sandbox.run("touch a; \(script)")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasSuffix("\nhint: " + hint + "\n"), "\(outcome)")
    }

    @Test("What verifying finds is explained") func explainsVerification() async throws {
        try await expectInSandbox(
            "touch a b; setcap = b; setcap --explain -v = a = b; setcap --explain -v =p none",
            status: 1,
            output: "a: OK\nb: OK\nnone differs in [p]\n",
            errors: """
                hint: 'a' has no attribute, which counts as an empty one
                hint: 'none' cannot be read, which counts as having none: no such file or directory

                """
        )
    }
}
