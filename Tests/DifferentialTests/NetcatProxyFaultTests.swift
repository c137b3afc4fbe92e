// SPDX-License-Identifier: Apache-2.0
import Testing

/// What is said when a proxy breaks off, answers what nobody expects, or has no address.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatProxyFaultTests {
    /// A proxy that reads (`r COUNT`, or `l` to an empty line), sends (`s HEX`), closes (`c`) or resets (`x`).
    private static let proxy = """
        cat >proxy.py <<'END'
        import socket, struct, sys
        s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
        def take(enough):
            data = b""
            while not enough(data) and (more := c.recv(1)): data += more
            print(data)
        for step in sys.argv[1:]:
            kind, value = step[0], step[1:]
            if kind == "r": take(lambda data: len(data) == int(value))
            if kind == "l": take(lambda data: data.endswith(b"\\r\\n\\r\\n"))
            if kind == "s": c.sendall(bytes.fromhex(value))
            if kind == "x": c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if kind in "cx": c.close()
        END

        """

    private static func scenario(_ steps: String, _ arguments: String, difference: String? = nil) -> NetcatScenario {
        NetcatScenario(
            "\(arguments): \(steps.count < 60 ? steps : "a long answer")",
            proxy + """
                python3 proxy.py \(steps) >seen & server=$!; until_true has_tcp 1080
                echo hi | timeout 20 $NC -N -x 127.0.0.1:1080 \(arguments); echo $?; wait $server; cat seen
                """,
            difference: difference
        )
    }

    @Test(arguments: answers) func answer(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let answers =
        [
            "r3 c", "r3 s05 c", "r3 x", "r3 s05ff", "r3 s0500 r10 c", "r3 s0500 r10 s05 c", "r3 s0500 r10 s050000 c",
            "r3 s0500 r10 s05000001 c", "r3 s0500 r10 s050000010102 c", "r3 s0500 r10 s050000040102 c",
            "r3 s0500 r10 s05000009000000000000", "r3 s0500 r10 s04000001000000000000 r3",
            "r3 s0500 r10 s05000001000000000000414243 r3",
        ].map { scenario($0, "192.0.2.1 80") }
        + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 90, 255].map { code in
            scenario("r3 s0500 r10 s05\(hex(code))0001000000000000 c", "192.0.2.1 80")
        }
        + [0, 1, 86, 91, 92, 93, 94, 255].map { scenario("r9 s00\(hex($0))000000000000 c", "-X 4 192.0.2.1 80") }
        + ["r9 c", "r9 s005a c", "r9 x"].map { scenario($0, "-X 4 192.0.2.1 80") }
        + ["::1", "nosuch.invalid"].map { scenario("r9 c", "-X 4 \($0) 80") }
        + ["l c", "l x", "l s485454502f312e c", "l s485454502f312e302032303020780d0a c", "l s67617262616765200d0a c"]
        .map { scenario($0, "-X connect h 80") }
        + [
            scenario("l s485454502f312e3020343033\(String(repeating: "78", count: 1100))0d0a c", "-X connect h 80"),
            scenario("l s485454502f312e30203230300d0a0d0a r3", "-X CONNECT h 80"),
            scenario("l c", "-X connect 'a b' 80"),
            scenario("l c", "-X connect '[::1]' 80", difference: "the original takes the brackets for a name's"),
            scenario("r3 s485454502f312e3120343030 c", "192.0.2.1 80", difference: "a hint: the proxy speaks HTTP"),
            scenario("r9 s485454502f312e31 c", "-X 4 192.0.2.1 80", difference: "a hint: the proxy speaks HTTP"),
            scenario("l c", "-X connect \(String(repeating: "a", count: 1100)) 80"),
            scenario("r3 s0500 r1", "\(String(repeating: "a", count: 256)) 80"),
            scenario(
                "r3 s0500 r10 s0500000303616263000000 r3",
                "192.0.2.1 80",
                difference: "the original takes no proxy that answers with a name"
            ),
            scenario("r3 s0502 r10", "192.0.2.1 80", difference: "the original goes on with a method it did not offer"),
            scenario("r3 s0400 r10", "192.0.2.1 80", difference: "the original goes on with another version"),
            scenario("r3 r1", "-w 1 192.0.2.1 80", difference: "the original waits for a silent proxy for ever"),
        ]

    private static func hex(_ value: Int) -> String {
        let digits = String(value, radix: 16)
        return digits.count == 1 ? "0\(digits)" : digits
    }

    @Test(arguments: [
        "-x [::1", "-x [::1]x", "-vx [::1]:", "-x nosuch:abc", "-vx 127.0.0.1:", "-x :1080", "-x ''", "-vx ::1:1080",
        "-vx localhost:1", "-vx 127.0.0.1:http", "-vx 127.0.0.1:0", "-x 127.0.0.1:-1", "-x a:b:c", "-vx [127.0.0.1]:1",
        "-x nosuch.invalid", "-nx localhost:1",
    ])
    func address(_ arguments: String) async throws {
        try await NetcatScenario(arguments, "$NC \(arguments) 192.0.2.1 80 </dev/null; echo $?").check()
    }

    @Test func addressOfIPv6WithoutBrackets() async throws {
        try await NetcatScenario(
            "-x ::1",
            "$NC -vx ::1 192.0.2.1 80 </dev/null; echo $?",
            difference: "the original takes it for the host `:` and the port 1"
        ).check()
    }
}
