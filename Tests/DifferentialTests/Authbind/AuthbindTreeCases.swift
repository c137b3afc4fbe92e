// SPDX-License-Identifier: Apache-2.0

/// What the files of the tree decide: order, names, owners, modes, kinds of files.
enum AuthbindTreeCases {
    static var all: [AuthbindCase] { order + names + kinds + permissions + users }

    private static let v4 = "probe tcp4 run $HELPER 0100007f 5100"
    private static let v4Marked = "probe tcp4 run $HELPER 0100007f 5802"
    private static let v6 = "probe tcp6 run $HELPER 00000000000000000000000000000001 5100 6"
    private static let both = "\(v4); \(v6)"

    /// Every pair of sources, the first of which says yes or no and the second says yes.
    private static let order: [AuthbindCase] = {
        let sources = ["byport/81", "byaddr/127.0.0.1:81", "byaddr/127.0.0.1,81"]
        var cases = [
            AuthbindCase("nothing", v4), AuthbindCase("nothing v6", v6), AuthbindCase("nothing marked", v4Marked),
        ]
        for source in sources {
            cases.append(AuthbindCase("\(source) allows", setup: "allow \(source)", both))
            cases.append(AuthbindCase("\(source) refuses", setup: ": > \(source)", both))
            for later in sources where later != source {
                cases.append(
                    AuthbindCase("\(source) refuses, \(later) allows", setup: ": > \(source); allow \(later)", both)
                )
            }
            cases.append(
                AuthbindCase(
                    "\(source) refuses, byuid allows",
                    setup: ": > \(source); echo 0.0.0.0/0,81 > byuid/1001",
                    both
                )
            )
        }
        for name in ["::1,81", "0:0:0:0:0:0:0:1,81"] {
            cases.append(AuthbindCase("byaddr \(name)", setup: "allow byaddr/\(name)", both))
            cases.append(
                AuthbindCase("byaddr \(name) refuses", setup: ": > byaddr/\(name); echo ::/0,81 > byuid/1001", both)
            )
        }
        cases.append(
            AuthbindCase("short form before long", setup: ": > byaddr/::1,81; allow byaddr/0:0:0:0:0:0:0:1,81", v6)
        )
        return cases
    }()

    /// Names that are and are not asked for.
    private static let names: [AuthbindCase] = {
        var cases: [AuthbindCase] = []
        for name in ["081", "0x51", "81 ", "tcp", "*", "81:81", "!81", "+81"] {
            cases.append(AuthbindCase("byport \(name)", setup: "allow 'byport/\(name)'", both))
        }
        for name in [
            "127.0.0.1", "127.0.0.1:081", "127.0.0.01:81", "127.1:81", "0.0.0.0:81", "localhost:81", "127.0.0.0/8:81",
            "::ffff:127.0.0.1,81", "!127.0.0.1:81", "127.0.0.1:81:81",
        ] {
            let path = name.contains("/") ? "127.0.0.0" : name
            cases.append(AuthbindCase("byaddr \(name)", setup: "allow 'byaddr/\(path)'", both))
        }
        for name in ["::1:81", "[::1]:81", "::0001,81", "0::1,81", "::1", "::1%1,81", "::1,!81", "!::1,81"] {
            cases.append(AuthbindCase("byaddr \(name)", setup: "allow 'byaddr/\(name)'", v6))
        }
        let addresses = [
            ("20010db800000000000000000000abcd", "2001:db8::abcd"),
            ("20010db800000000000000000000abcd", "2001:DB8::ABCD"),
            ("20010db800000000000000000000abcd", "2001:db8:0:0:0:0:0:abcd"),
            ("20010db800010000000000000000abcd", "2001:db8:1::abcd"),
            ("20010db800010000000100000000abcd", "2001:db8:1:0:1::abcd"),
            ("20010db800010000000100000000abcd", "2001:db8:1:0:1:0:0:abcd"),
            ("0000000000000000000000000a000001", "::10.0.0.1"),
            ("0000000000000000000000000a000001", "0:0:0:0:0:0:a00:1"),
            ("00000000000000000000ffff7f000001", "::ffff:127.0.0.1"),
            ("00000000000000000000ffff7f000001", "0:0:0:0:0:ffff:7f00:1"), ("00000000000000000000000000000000", "::"),
            ("fe800000000000000000000000000001", "fe80::1"), ("000a000b000c000d000e000f00010002", "a:b:c:d:e:f:1:2"),
            ("00010000000300000005000600070008", "1:0:3:0:5:6:7:8"),
            ("00010000000000040005000000000008", "1::4:5:0:0:8"),
            ("ff020000000000000000000000000001", "ff02::1"), ("00000000000000000000000000010000", "::1:0"),
            ("00000000000000000000000001020304", "::1.2.3.4"), ("0000000000000000000000000000ffff", "::ffff"),
            ("00000000000000000001000000000000", "::1:0:0:0"), ("00010002000300040005000600070000", "1:2:3:4:5:6:7:0"),
        ]
        for (digits, name) in addresses {
            cases.append(
                AuthbindCase(
                    "spelling \(name)",
                    setup: "allow byaddr/\(name),81",
                    "probe tcp6 freebind run $HELPER \(digits) 5100 6"
                )
            )
        }
        for (port, digits) in [
            (0, "0000"), (1, "0100"), (511, "ff01"), (512, "0002"), (600, "5802"), (1023, "ff03"),
            (1024, "0004"), (8080, "901f"), (65535, "ffff"),
        ] {
            for mark in ["", "!"] {
                cases.append(
                    AuthbindCase(
                        "port \(mark)\(port)",
                        setup: "allow 'byport/\(mark)\(port)'",
                        "probe tcp4 run $HELPER 0100007f \(digits); probe tcp6 run $HELPER 00000000000000000000000000000001 \(digits) 6"
                    )
                )
            }
        }
        for (name, line) in [
            ("byuid/1001", "127.0.0.1,600"), ("byuid/!1001", "127.0.0.1,600"), ("byuid/!1001", "127.0.0.1,81"),
        ] {
            cases.append(AuthbindCase("\(name) \(line)", setup: "echo \(line) > '\(name)'", "\(v4); \(v4Marked)"))
        }
        cases.append(AuthbindCase("byaddr marked", setup: "allow 'byaddr/!127.0.0.1:600'", "\(v4); \(v4Marked)"))
        cases.append(AuthbindCase("byaddr marked, comma", setup: "allow 'byaddr/!127.0.0.1,600'", v4Marked))
        cases.append(AuthbindCase("byaddr unmarked", setup: "allow byaddr/127.0.0.1:600", v4Marked))
        return cases
    }()

    /// Every kind of file that may stand where a file is expected.
    private static let kinds: [AuthbindCase] = {
        var cases: [AuthbindCase] = []
        let kinds = [
            ("directory", "mkdir -m 755 @"), ("directory without x", "mkdir -m 644 @"), ("fifo", "mkfifo -m 755 @"),
            ("device", "mknod -m 755 @ c 1 3"), ("link to a file", "allow x; ln -s /etc/authbind/x @"),
            ("link to a refused file", ": > x; ln -s /etc/authbind/x @"), ("dangling link", "ln -s nowhere @"),
            ("link to itself", "ln -s $(basename @) @"),
            ("link into a closed directory", "mkdir -m 700 y; allow y/x; ln -s /etc/authbind/y/x @"),
            ("link through a file", ": > x; ln -s ../x/z @"), ("hard link", "allow x; ln x @"), ("empty", ": > @"),
        ]
        for (kind, command) in kinds {
            for path in ["byport/81", "byaddr/127.0.0.1:81"] {
                let setup = command.split(separator: "@", omittingEmptySubsequences: false).joined(separator: path)
                cases.append(AuthbindCase("\(path) is \(kind)", setup: setup, v4))
            }
        }
        for (name, setup) in [
            ("byport is a file", "rmdir byport; : > byport"),
            ("byport is missing", "rmdir byport; allow byaddr/127.0.0.1:81"),
            ("byaddr is a file", "rmdir byaddr; : > byaddr"), ("byuid is a file", "rmdir byuid; : > byuid"),
            ("byaddr is missing", "rmdir byaddr; echo 0.0.0.0/0,81 > byuid/1001"), ("byuid is missing", "rmdir byuid"),
            ("byport is a dangling link", "rmdir byport; ln -s nowhere byport"),
            ("byport is a link to itself", "rmdir byport; ln -s byport byport"),
            ("byport is a link", "rmdir byport; mkdir y; allow y/81; ln -s y byport"),
            ("byuid/1001 is a directory", "mkdir byuid/1001"),
            ("byuid/1001 is a link to itself", "ln -s 1001 byuid/1001"),
            ("byuid/1001 is a dangling link", "ln -s nowhere byuid/1001"), ("byuid/1001 is empty", ": > byuid/1001"),
            ("byuid/1001 is a link", "echo 127.0.0.1,81 > x; ln -s ../x byuid/1001"),
            ("byuid/1001 is /dev/null", "ln -s /dev/null byuid/1001"),
            ("byuid by name", "echo 127.0.0.1,81 > byuid/alice"),
            ("byuid of another", "echo 127.0.0.1,81 > byuid/1002"), ("byuid executable only", "allow byuid/1001"),
            ("the tree is missing", "cd /; rm -r /etc/authbind"),
            ("the tree is a file", "cd /; rm -r /etc/authbind; : > /etc/authbind"),
            ("the tree is empty", "rmdir byport byaddr byuid"),
            (
                "the tree is a link",
                "cd /; rm -rf /etc/elsewhere; mv /etc/authbind /etc/elsewhere; ln -s elsewhere /etc/authbind; allow /etc/authbind/byport/81"
            ),
            ("the tree is a dangling link", "cd /; rm -r /etc/authbind; ln -s nowhere /etc/authbind"),
        ] {
            cases.append(AuthbindCase(name, setup: setup, v4))
        }
        return cases
    }()

    /// Modes and owners of every component of the paths, as access(2) sees them.
    private static let permissions: [AuthbindCase] = {
        var cases: [AuthbindCase] = []
        for mode in ["000", "001", "010", "011", "100", "101", "110", "111", "644", "755", "4755", "2711", "1001"] {
            for owner in ["root:root", "alice:root", "root:alice", "alice:alice", "bob:bob", "bob:dns"] {
                cases.append(
                    AuthbindCase(
                        "mode \(mode) of \(owner)",
                        setup: ": > byport/81; chown \(owner) byport/81; chmod \(mode) byport/81",
                        v4
                    )
                )
            }
        }
        for (directory, file) in [("byport", "byport/81"), ("byaddr", "byaddr/127.0.0.1,81"), (".", "byport/81")] {
            for mode in ["000", "700", "711", "744", "755", "777"] {
                for owner in ["root:root", "alice:alice"] {
                    cases.append(
                        AuthbindCase(
                            "directory \(directory) mode \(mode) of \(owner)",
                            setup: "allow \(file); chown \(owner) \(directory); chmod \(mode) \(directory)",
                            v4
                        )
                    )
                }
            }
        }
        for (directory, mode) in [
            ("byuid", "000"), ("byuid", "700"), ("byuid/1001", "000"), ("byuid/1001", "600"), (".", "700"),
        ] {
            cases.append(
                AuthbindCase(
                    "\(directory) mode \(mode)",
                    setup: "echo 127.0.0.1,81 > byuid/1001; chmod \(mode) \(directory)",
                    v4
                )
            )
        }
        cases.append(
            AuthbindCase(
                "a list for alice",
                setup: ": > byport/81; setfacl -m u:alice:x byport/81 2>/dev/null || chmod 755 byport/81",
                v4
            )
        )
        cases.append(
            AuthbindCase(
                "the tree on a nosuid, noexec mount",
                setup:
                    "mount -t tmpfs -o nosuid,noexec,mode=755 none /etc/authbind; cd /etc/authbind; mkdir byport; allow byport/81",
                v4
            )
        )
        return cases
    }()

    /// Whose rights are asked about.
    private static let users: [AuthbindCase] = {
        let bob = "as bob $BIN/bind-probe tcp4 run $HELPER 0100007f 5100"
        let root = "$BIN/bind-probe tcp4 run $HELPER 0100007f 5100"
        let effective = "setpriv --euid alice $BIN/bind-probe tcp4 run $HELPER 0100007f 5100"
        return [
            AuthbindCase(
                "supplementary group",
                setup: ": > byport/81; chgrp dns byport/81; chmod 010 byport/81",
                "\(bob); \(v4)"
            ),
            AuthbindCase("byuid of bob", setup: "echo 127.0.0.1,81 > byuid/1002", "\(bob); \(v4)"),
            AuthbindCase("root with nothing", root), AuthbindCase("root with byport", setup: "allow byport/81", root),
            AuthbindCase("root with byport without x", setup: ": > byport/81", root),
            AuthbindCase(
                "root with byport of alice",
                setup: ": > byport/81; chown alice byport/81; chmod 100 byport/81",
                root
            ),
            AuthbindCase("root with byuid/0", setup: "echo 127.0.0.1,81 > byuid/0", root),
            AuthbindCase("real root, effective alice", setup: "echo 127.0.0.1,81 > byuid/0", effective),
            AuthbindCase("real root, effective alice, of alice", setup: "echo 127.0.0.1,81 > byuid/1001", effective),
        ]
    }()
}
