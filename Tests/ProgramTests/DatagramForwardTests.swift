// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The datagrams of many clients at a time, through `lowport-forward -u`.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct DatagramForwardTests {
    private func expect(_ script: String, _ output: String) async throws {
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    /// `common.py`: an echo server that can be started in the background, and clients whose datagrams say what they are.
    private let prelude = """
        FORWARD=$PRODUCTS/lowport-forward
        cat >common.py <<'END'
        import os, random, socket, subprocess, sys, threading, time
        UDP, SEGMENT, GRO = 17, 103, 104
        def bound(address, port):
            made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
            made.bind((address, port))
            made.settimeout(20)
            return made
        def client(address="127.0.0.1", port=53):
            made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
            made.settimeout(20)
            made.connect((address, port))
            return made
        def echo(server):
            while True:
                data, who = server.recvfrom(65536)
                server.sendto(data, who)
        def start_echo(address="127.0.0.1"):
            threading.Thread(target=echo, args=[bound(address, 8080)], daemon=True).start()
        END

        """

    /// All that comes back is what was sent, in that order, whatever the sizes: equal ones are joined on their way.
    @Test(
        "Sizes and order are kept",
        arguments: [("127.0.0.1", "127.0.0.1:8080"), ("::1", "[::1]:8080"), ("::1", "127.0.0.1:8080")]
    )
    func sizesAndOrder(_ address: String, _ target: String) async throws {
        let place = address == "::1" ? "[::1]:53" : "53"
        let server = target.hasPrefix("[") ? "::1" : "127.0.0.1"
        try await expect(
            """
            $FORWARD -u \(place) \(target) & bound 53
            cat >test.py <<'END'
            from common import *
            start_echo("\(server)")
            random.seed(7)
            for round in range(60):
                clients = [client("\(address)") for _ in range(random.choice([1, 2, 5]))]
                sent = {one: [] for one in clients}
                sizes = random.choice([[0], [1], [100], [100, 100, 100, 40], [1400, 1400, 3], [9000, 20], [0, 5, 5], [65000]])
                for number in range(12 if max(sizes) > 5000 else 30):
                    for one in clients:
                        size = random.choice(sizes)
                        data = (b"%d %d." % (round, number) + bytes(range(256)) * 300)[:size]
                        if sum(len(d) for d in sent[one]) + size < 70000 // len(clients):
                            one.send(data)
                            sent[one].append(data)
                for one in clients:
                    for data in sent[one]:
                        got = one.recv(70000)
                        if got != data: sys.exit(f"{len(got)} instead of {len(data)} bytes in round {round}")
                    one.close()
            print("same")
            END
            python3 test.py
            """,
            "same\n"
        )
    }

    /// A sender that has the kernel divide what it sends, a receiver that has it joined again: one element of a batch.
    @Test("What is joined on both sides arrives divided", arguments: [65536, 1500])
    func joined(_ limit: Int) async throws {
        try await expect(
            """
            $FORWARD -u 53 127.0.0.1:8080 & forwarder=$!; bound 53
            cat >test.py <<'END'
            from common import *
            start_echo()
            one = client()
            for size, count in ((100, 40), (1400, 40), (1400, 7), (1, 64), (500, 64)):
                subprocess.run(["ip", "link", "set", "lo", "mtu", "65536"], check=True)
                one.setsockopt(UDP, SEGMENT, size)
                data = os.urandom(size * count - size // 2)
                one.send(data)
                got = [one.recv(65536) for _ in range(count)]
                if [len(part) for part in got] != [size] * (count - 1) + [size - size // 2] or b"".join(got) != data:
                    sys.exit(f"{[len(part) for part in got]} for {count} of {size} bytes")
            # Datagrams that no longer fit into one packet each are sent one by one, in fragments.
            one.setsockopt(UDP, SEGMENT, 2000)
            os.kill(int(sys.argv[1]), 19)
            data = os.urandom(2000 * 20)
            one.send(data)
            subprocess.run(["ip", "link", "set", "lo", "mtu", "\(limit)"], check=True)
            os.kill(int(sys.argv[1]), 18)
            got = [one.recv(65536) for _ in range(20)]
            print([len(part) for part in got] == [2000] * 20 and b"".join(got) == data)
            one.setsockopt(UDP, SEGMENT, 0)
            for number in range(10): one.send(b"%d" % number)
            print(*[one.recv(100).decode() for _ in range(10)])
            END
            python3 test.py $forwarder
            """,
            "True\n0 1 2 3 4 5 6 7 8 9\n"
        )
    }

    /// A refusal is reported once, to the next call on the socket of that client.
    @Test func `a refusal costs no later datagram, and no other client`() async throws {
        try await expect(
            """
            $FORWARD -u 53 127.0.0.1:8080 & bound 53
            cat >test.py <<'END'
            from common import *
            clients = [client() for _ in range(3)]
            for one in clients:
                for _ in range(3): one.send(b"nobody")
            refused = lambda: int(open("/proc/net/snmp").read().split("Icmp:")[2].split()[3])
            while refused() < 3: time.sleep(0.01)
            server = bound("127.0.0.1", 8080)
            for number, one in enumerate(clients): one.send(b"%d" % number)
            heard = set()
            while len(heard - {b"nobody"}) < 3: heard.add(server.recv(100))
            heard.discard(b"nobody")
            print(sorted(heard))
            END
            python3 test.py
            """,
            "[b'0', b'1', b'2']\n"
        )
    }

    /// The usual buffer of a socket has room for some 90 of these.
    @Test func `a burst that comes while the forwarder does not run is not lost`() async throws {
        try await expect(
            """
            $FORWARD -u 53 127.0.0.1:8080 & forwarder=$!; bound 53
            cat >test.py <<'END'
            from common import *
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            server.bind(("127.0.0.1", 8080))
            server.settimeout(10)
            clients = [client() for _ in range(8)]
            os.kill(int(sys.argv[1]), 19)
            for number in range(16):
                for one in clients: one.send(b"%1200d" % number)
            os.kill(int(sys.argv[1]), 18)
            heard = {}
            for _ in range(128):
                data, who = server.recvfrom(65536)
                heard.setdefault(who, []).append(int(data))
            print(len(heard), all(numbers == list(range(16)) for numbers in heard.values()))
            END
            python3 test.py $forwarder
            """,
            "8 True\n"
        )
    }

    @Test func `many more clients than descriptors and places are served`() async throws {
        try await expect(
            """
            ulimit -n 40; $FORWARD -u --max-conns 1000 53 127.0.0.1:8080 & bound 53
            cat >test.py <<'END'
            from common import *
            start_echo()
            for number in range(300):
                one = client()
                one.send(b"%d" % number)
                if one.recv(100) != b"%d" % number: sys.exit(f"{number}")
            print("all")
            END
            ulimit -n 20; python3 test.py
            """,
            "all\n"
        )
    }

    /// A thousand clients at a time, each with a few datagrams under way.
    @Test func `a thousand clients are told apart`() async throws {
        try await expect(
            """
            ulimit -n 4096; $FORWARD -u --max-conns 2000 53 127.0.0.1:8080 & forwarder=$!; bound 53
            cat >test.py <<'END'
            from common import *
            start_echo()
            clients = [client() for _ in range(1000)]
            for round in range(3):
                for first in range(0, 1000, 20):
                    for number in range(first, first + 20):
                        for part in range(3): clients[number].send(b"%d %d %d" % (round, number, part))
                    for number in range(first, first + 20):
                        for part in range(3):
                            got = clients[number].recv(100)
                            if got != b"%d %d %d" % (round, number, part): sys.exit(f"{number} got {got}")
            print("told apart", flush=True)
            END
            python3 test.py; kill -USR1 $forwarder; kill $forwarder; wait $forwarder; echo $?
            """,
            "told apart\n0\n"
        )
    }
}
