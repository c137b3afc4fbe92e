// SPDX-License-Identifier: Apache-2.0

/// What becomes of the socket, of its descriptor and of errno, through the helper alone and through the library.
enum AuthbindSocketCases {
    static var all: [AuthbindCase] { helper + protocols + library }

    static let open = "allow byport/81 'byport/!600'"

    private static func helper(_ name: String, _ words: String, differs: String? = nil, ours: String? = nil)
        -> AuthbindCase
    {
        AuthbindCase("helper: \(name)", setup: open, "probe \(words)", differs: differs, ours: ours)
    }

    /// Sockets that the helper is given.
    private static let helper: [AuthbindCase] =
        ["udp4", "udplite4", "mptcp4", "unix", "netlink", "file", "none", "path", "tcp6", "udp6"].map {
            helper($0, "\($0) run $HELPER 0100007f 5100")
        }
        + ["tcp4", "udp4", "unix", "netlink", "file", "none"].map {
            helper("\($0) for IPv6", "\($0) run $HELPER 00000000000000000000000000000001 5100 6")
        } + [
            helper("bound", "tcp4 bind 127.0.0.1 8081 run $HELPER 0100007f 5100"),
            helper("connected", "udp4 connect 127.0.0.1 8081 run $HELPER 0100007f 5100"),
            helper("listening", "tcp4 listen run $HELPER 0100007f 5100"),
            helper("an address of nobody", "tcp4 run $HELPER 0a0000c0 5100"),
            helper("an address of nobody, freebind", "tcp4 freebind run $HELPER 0a0000c0 5100"),
            helper("broadcast", "udp4 run $HELPER ffffff7f 5100"),
            helper("multicast", "udp4 run $HELPER 010000e0 5100"),
            helper("wildcard", "tcp4 run $HELPER 00000000 5100"),
            helper("dual stack", "tcp6 dual run $HELPER 00000000000000000000000000000000 5100 6"),
            helper("IPv6 only", "tcp6 v6only run $HELPER 00000000000000000000000000000000 5100 6"),
            helper("mapped", "tcp6 run $HELPER 00000000000000000000ffff7f000001 5100 6"),
            helper("mapped, IPv6 only", "tcp6 v6only run $HELPER 00000000000000000000ffff7f000001 5100 6"),
            helper("nonblocking", "tcp4 nonblock run $HELPER 0100007f 5100"),
            helper("refused and no socket", "file run $HELPER 0100007f 5000"),
            helper("refused and closed", "none run $HELPER 0100007f 5000"),
        ]

    /// The command line of the helper.
    private static let protocols: [AuthbindCase] =
        [
            "", "0100007f", "0100007f 5100 5", "0100007f 5100 6", "0100007f 5100 6 6", "x 5100", "0100007f xx",
            "zz00007f 5100",
            "0100007f 51000", "0100007F 5100", "0100007f00 5100",
            "0000000000000000000000000000000g 5100 6", "0000 5100 6",
        ].map {
            helper("arguments '\($0)'", "tcp4 run $HELPER \($0)")
        }
        + [
            "'' 5100", "' ' 5100", "' 100007f' 5100", "0x00007f 5100", "0X100007f 0x5100", "7f 5100", "0100007f 51",
            "0100007f ''", "+100007f 5100", "0x 5100", "-1 5100", "-0 5100", "00000000100007f 005100", "10100007f 5100",
            "'0100007f ' 5100", "00000000000000000000000000000001 5100", "ffffffff0100007f 5100", "0100007f -aeff",
            "00000000000000000000000000000001xx 5100 6", "'000000000000000000000000000000 1' 5100 6",
            "000000000000000000000000000000+1 5100 6", "0000000000000000000000000000000x 5100 6",
        ].map {
            AuthbindCase(
                "helper: arguments \($0)",
                setup: open,
                "probe \($0.hasSuffix(" 6") ? "tcp6" : "tcp4") freebind run $HELPER \($0)"
            )
        } + [
            AuthbindCase(
                "helper: numbers that wrap around",
                setup: open,
                "probe tcp4 run $HELPER 0100007f -ffffffffffffaf00; probe tcp6 run $HELPER 000000000000000000000000000000-1 5100 6",
                differs: "a number that does not fit, or is negative, is none",
                ours: "libauthbind's helper: bad usage\nhelper 38\nlibauthbind's helper: bad usage\nhelper 38\nrc 0\n"
            ),
            AuthbindCase(
                "helper: scope",
                setup: open,
                "probe tcp6 run $HELPER 00000000000000000000000000000001 5100 6%1",
                differs: "a third argument with the scope of a link-local address",
                ours: "helper ok\nrc 0\n"
            ),
        ]

    static func library(
        _ name: String,
        _ words: String,
        tree: String = open,
        differs: String? = nil,
        ours: String? = nil
    ) -> AuthbindCase {
        AuthbindCase(
            "library: \(name)",
            setup: tree,
            "as alice $AUTHBIND $BIN/bind-probe \(words)",
            differs: differs,
            ours: ours.map { "\($0)\nrc 0\n" }
        )
    }

    /// Binds by a program that has the library in front of its own.
    private static let library: [AuthbindCase] = [
        library("allowed", "tcp4 bind 127.0.0.1 81 state"), library("allowed v6", "tcp6 bind ::1 81 state"),
        library("refused", "tcp4 bind 127.0.0.1 82 state"),
        library("not executable", "tcp4 bind 127.0.0.1 81", tree: ": > byport/81"),
        library("marked", "tcp4 bind 127.0.0.1 600 state"), library("high port", "tcp4 bind 127.0.0.1 8081 state"),
        library("any port", "tcp4 bind 127.0.0.1 0"), library("reuse", "tcp4 reuseaddr bind 127.0.0.1 81 listen state"),
        library("nonblocking", "tcp4 nonblock bind 127.0.0.1 81 state"),
        library("close-on-exec", "tcp4 cloexec bind 127.0.0.1 81 state"),
        library("descriptor 0", "tcp4 dup 0 bind 127.0.0.1 81 state"),
        library("descriptor 700", "tcp4 dup 700 bind 127.0.0.1 81 state"),
        library("no standard descriptors", "quiet-output tcp4 dup 9 close-standard bind 127.0.0.1 81 state"),
        library("no other descriptors", "quiet-output tcp4 dup 600 close-all bind 127.0.0.1 81 state"),
        library("bound", "tcp4 bind 127.0.0.1 8081 bind 127.0.0.1 81"),
        library("twice", "tcp4 bind 127.0.0.1 81 bind 127.0.0.1 81"),
        library("in use", "tcp4 bind 127.0.0.1 81 listen tcp4 bind 127.0.0.1 81"),
        library("reuseport", "tcp4 reuseport bind 127.0.0.1 81 listen tcp4 reuseport bind 127.0.0.1 81 listen"),
        library("udp", "udp4 bind 127.0.0.1 81 state"), library("udp v6", "udp6 bind ::1 81 state"),
        library("udplite", "udplite4 bind 127.0.0.1 81 state"), library("mptcp", "mptcp4 bind 127.0.0.1 81 state"),
        library("dual stack", "tcp6 dual bind :: 81 listen tcp4 bind 0.0.0.0 81"),
        library("IPv6 only", "tcp6 v6only bind :: 81 listen tcp4 bind 0.0.0.0 81"),
        library("mapped", "tcp6 dual bind ::ffff:127.0.0.1 81 state"),
        library("freebind", "tcp4 freebind bind 192.0.2.1 81 state"),
        library("no such address", "tcp4 bind 192.0.2.1 81"), library("bad descriptor", "none bind 127.0.0.1 81"),
        library("not a socket", "file bind 127.0.0.1 81"), library("unix socket", "unix bind 127.0.0.1 81"),
        library("IPv4 socket, IPv6 address", "tcp4 bind ::1 81"),
        library("IPv6 socket, IPv4 address", "tcp6 bind 127.0.0.1 81"),
        library("short length", "len=15 tcp4 bind 127.0.0.1 81"), library("short length v6", "len=23 tcp6 bind ::1 81"),
        library("no length", "len=0 tcp4 bind 127.0.0.1 81"), library("long length", "len=129 tcp4 bind 127.0.0.1 81"),
        library("negative length", "len=-1 tcp4 bind 127.0.0.1 81"),
        library("file size limit", "fsize 0 tcp4 bind 127.0.0.1 81"),
        library("system call", "tcp4 sysbind 127.0.0.1 81"),
        library("no new privileges", "no-new-privs tcp4 bind 127.0.0.1 81"),
        library("multicast", "udp4 bind 224.0.0.1 81 state"),
        library("broadcast", "udp4 bind 127.255.255.255 81 state"),
        AuthbindCase(
            "helper: real root, effective alice",
            setup: "echo 127.0.0.1,81 > byuid/0; echo 127.0.0.1,82 > byuid/1001",
            "for p in 5100 5200; do setpriv --euid alice $BIN/bind-probe tcp4 run $HELPER 0100007f $p; done"
        ),
        library(
            "refused, and cannot be",
            "tcp4 bind 192.0.2.1 82 unix bind 127.0.0.1 82 tcp4 bind ::1 82 tcp6 bind 127.0.0.1 82"
        ),
        library(
            "allowed, and cannot be",
            "tcp4 bind 192.0.2.1 81 file bind 127.0.0.1 81 unix bind 127.0.0.1 81 tcp4 bind ::1 81"
        ),
        library("cannot be, and nobody is asked", "tcp4 bind 192.0.2.1 8081 none bind 127.0.0.1 82"),
        library("child", "children-fork tcp4 bind 127.0.0.1 81"),
        library("exec'd program", "exec $BIN/bind-probe tcp4 bind 127.0.0.1 81"),
        library("many", "repeat 30 127.0.0.1 81"), library("many refused", "repeat 10 127.0.0.1 82"),
        library("missing tree", "tcp4 bind 127.0.0.1 81", tree: "cd /; rm -r /etc/authbind"),
    ]
}
