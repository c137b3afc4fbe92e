// SPDX-License-Identifier: Apache-2.0

/// The lines of byuid files. Each is asked for three or four sockets, and each of those is a case of its own.
enum AuthbindByuidCases {
    static var all: [AuthbindCase] {
        lines4.map { byuid($0, requests4) } + lines6.map { byuid($0, requests6) }
            + wrapping.map { byuid($0, requests4, true) }
            + wrapping6.map { byuid($0, requests6, true) } + longLines
    }

    /// How many questions are asked of both.
    static var count: Int {
        (lines4.count + wrapping.count) * requests4.count + (lines6.count + wrapping6.count) * requests6.count
            + longLines.count
    }

    private static let requests4 = ["0100007f 5100", "0200007f 5100", "0100007f 5a00", "0a0000c0 5100"]
    private static let requests6 = [
        "00000000000000000000000000000001 5100 6", "00000000000000000000000000000002 5a00 6",
        "00000000000000000000ffff7f000001 5100 6",
    ]

    private static func byuid(_ line: String, _ requests: [String], _ wraps: Bool = false) -> AuthbindCase {
        let octal = line.utf8.map { "\\0" + String($0, radix: 8) }.joined()
        let family = requests[0].hasSuffix(" 6") ? "tcp6" : "tcp4"
        return AuthbindCase(
            "byuid \(line.debugDescription)",
            setup: "printf '%b\\n' '\(octal)' > byuid/1001",
            requests.map { "probe \(family) freebind run $HELPER \($0)" }.joined(separator: "; "),
            differs: wraps ? "a number that does not fit, or is negative, grants nothing" : nil
        )
    }

    private static let lines4 = [
        "127.0.0.1,81", "127.0.0.1,80-90", "127.0.0.1,81-81", "127.0.0.1,90-80", "127.0.0.1,0-65535",
        "0.0.0.0/0,0-99999",
        "127.0.0.1-127.0.0.2,81", "127.0.0.0-127.0.0.255,1-1023", "127.0.0.2-127.0.0.1,81",
        "0.0.0.0-255.255.255.255,81",
        "127.0.0.0/8,81", "127.0.0.1/32,81", "127.0.0.0/31,81", "127.0.0.1/8,81", "127.0.0.1/33,81", "0.0.0.0/0,81",
        "128.0.0.0/1,81", "0.0.0.0/1,81", "126.0.0.0/7,81", "127.0.0.0/8:80,90", "0.0.0.0/0:0,1023",
        "127.0.0.0/8:81,81",
        "127.0.0.0/8:90,80", "127.0.0.0/8:81", "127.0.0.0/8:80-90", "127.0.0.0/8,80,90", "0.0.0.0/0:0,99999",
        " 127.0.0.1,81", "127.0.0.1 ,81", "127.0.0.1, 81", "127.0.0.1,\t81", "127.0.0.1,81 ", "127.0.0.1,81\r",
        "127.0.0.1,81\t\u{0B}\u{0C}", "127.0.0.1,81 #x", "127.0.0.1,81x", "127.0.0.1,80 -90", "127.0.0.1,80- 90",
        "127.0.0.1,80 - 90", "127.0.0.1,+81", "127.0.0.1,-81", "127.0.0.1,081", "127.0.0.1,0x51", "127.0.0.1,80-+90",
        "127.0.0.1,", "127.0.0.1", "127.0.0.1,81-", "127.0.0.1,81-x", "127.0.0.1,-0-90", "127.0.0.1 -127.0.0.2,81",
        "127.0.0.1- 127.0.0.2,81", "127.0.0.1--127.0.0.1,81", "127.0.0.1-127.0.0.1/32,81", "127.0.0.1/32-127.0.0.1,81",
        "127.0.0.0/ 8,81", "127.0.0.0 /8,81", "127.0.0.0/8 ,81", "127.0.0.0/8\t, 81", "127.0.0.0/08,81",
        "127.0.0.0/+8,81",
        "0.0.0.0/-0,81", "127.0.0.1/,81", "127.0.0.1/x,81", "127.0.0.0/8:80 ,90", "127.0.0.0/8: 80,90",
        "127.0.0.0/8 :80,90",
        "127.0.0.0/8:80, 90", "127. 0.0.0/8:80, 90", "127 .0.0.0/8:80,90", " 127.0.0.0/8:80,90", "127.0.0.0/8:80,90 ",
        "127.0.0.0/8:80,90 x", "127.0.0.0/8:80,90x", "127.0.0.0/8:+80,+90", "0127.00.0.0/08:080,090",
        "+127.0.0.0/8:80,90",
        "127.-0.0.0/8:80,90", "383.0.0.0/8:80,90", "127.256.0.0/8:80,90", "0127.0.0.1,81", "127.0.0.01,81", "127.1,81",
        "localhost,81", "*,81", "::/0,81", "::ffff:127.0.0.1,81", "127.0.0.1-::1,81", "# 127.0.0.1,81", "",
        "127.0.0.1,80\n127.0.0.1,81",
        "\n\n127.0.0.1,81", "x\n127.0.0.1,81\ny", "127.0.0.1,http", "127.0.0.1,81,82", "127.0.0.1:81", "81",
        "127.0.0.1/32:81,81",
        "\u{FEFF}127.0.0.1,81", "127.0.0.1,\u{A0}81", "\"127.0.0.1\",81", "127.0.0.1;81", "127.0.0.1,65617",
    ]

    private static let lines6 = [
        "::1,81", "::1,80-90", "::1-::2,80-90", "::2-::1,81", "::/0,80-90", "::/127,81", "::1/128,81", "::1/127,81",
        "::/129,81",
        "::/+0,81", "::/00,81", "::/-0,81", "::1/ 128 ,81", " ::1,81", "::1 ,81", "::1, 81", "::1,81 ", "::1,81\r",
        "::1,81x",
        "[::1],81", "::1%lo,81", "0:0:0:0:0:0:0:1,81", "::0001,81", "::0.0.0.1,81", "0.0.0.0/0,81", "::/0:80,90",
        "FFFF::/0,81",
        "::-FFFF::,81", "::ffff:0:0/96,81", "::ffff:127.0.0.1,81", "127.0.0.1,81", "::1,", "::1/,81",
        "0000:0000:0000:0000:0000:0000:0000:0001,81",
    ]

    private static let wrapping = [
        "0.0.0.0/0,1--1", "127.0.0.1,80--90", "127.0.0.1,4294967377", "127.0.0.0/4294967304,81",
        "127.0.0.0/4294967304:80,90",
        "4294967423.0.0.0/8:80,90", "127.0.0.1,80-4294967377", "127.0.0.1,80-99999999999999999999",
    ]

    private static let wrapping6 = ["::/4294967296,81", "::1/4294967424,81", "::1,1--1"]

    /// Text behind a comment of every length around that of the pieces in which authbind reads.
    private static let longLines: [AuthbindCase] = (294...302).flatMap { length in
        [
            AuthbindCase(
                "rule behind a comment of \(length)",
                setup: "{ printf '#%\(length - 1)s' | tr ' ' x; echo 127.0.0.1,81; } > byuid/1001",
                "probe tcp4 run $HELPER 0100007f 5100",
                differs: length == 298 ? "the end of a line is no line" : nil,
                ours: length == 298 ? "helper 2\nrc 0\n" : nil
            ),
            AuthbindCase(
                "line after a comment of \(length)",
                setup: "{ printf '#%\(length - 1)s\\n' | tr ' ' x; echo 127.0.0.1,81; } > byuid/1001",
                "probe tcp4 run $HELPER 0100007f 5100"
            ),
            AuthbindCase(
                "rule of \(length) bytes",
                setup: "printf '127.0.0.1,%0\(length - 10)d\\n' 81 > byuid/1001",
                "probe tcp4 run $HELPER 0100007f 5100"
            ),
            AuthbindCase(
                "rule with blanks up to \(length)",
                setup: "printf '%-\(length)s\\n' 127.0.0.1,81 > byuid/1001",
                "probe tcp4 run $HELPER 0100007f 5100"
            ),
        ]
    }
}
