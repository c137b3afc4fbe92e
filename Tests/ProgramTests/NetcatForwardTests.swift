// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The forwarder, as `nc -L` and as `lowport-forward`.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatForwardTests {
    private func expect(_ script: String, _ output: String) async throws {
        let prelude = "FORWARD=$PRODUCTS/lowport-forward\n"
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test(
        "All bytes go both ways",
        arguments: ["$NC -l -p 80 -L 127.0.0.1:8080", "$NC -lk 80 -L localhost:8080", "$FORWARD 80 127.0.0.1:8080"]
    )
    func bothWays(_ forwarder: String) async throws {
        try await expect(
            """
            seq 500000 >sent; seq 400000 >reply
            $NC -lN 8080 <reply >got & server=$!; listening 8080
            \(forwarder) & listening 80
            $NC -N 127.0.0.1 80 <sent >back; wait $server; cmp sent got; cmp reply back; echo done
            """,
            "done\n"
        )
    }

    /// The end of one direction is passed on while the other goes on.
    @Test("The end of one direction leaves the other open") func halfClose() async throws {
        try await expect(
            """
            $NC -l 8080 -c 'wc -c' & listening 8080
            $FORWARD 127.0.0.1:80 127.0.0.1:8080 & listening 80
            head -c 300000 /dev/zero | $NC -N 127.0.0.1 80
            """,
            "300000\n"
        )
    }

    @Test("Many connections are forwarded at the same time") func manyAtTheSameTime() async throws {
        try await expect(
            """
            $NC -lk 8080 -e /bin/cat & listening 8080; $FORWARD 80 127.0.0.1:8080 & listening 80
            for client in 1 2 3 4 5 6 7 8 9 10; do
                seq 20000 | sed "s/^/$client /" | $NC -N 127.0.0.1 80 >got$client & clients="${clients-} $!"
            done
            wait $clients
            for client in 1 2 3 4 5 6 7 8 9 10; do seq 20000 | sed "s/^/$client /" | cmp - got$client; done; echo done
            """,
            "done\n"
        )
    }

    @Test("Signals ask for figures and for the end") func signals() async throws {
        try await expect(
            """
            $NC -lk 8080 -e /bin/cat & listening 8080
            $FORWARD 80 127.0.0.1:8080 2>figures & forwarder=$!; listening 80
            echo hello | $NC -N 127.0.0.1 80
            mkfifo hold; $NC -N 127.0.0.1 80 <hold >last & client=$!; exec 3>hold; echo one >&3; until_true test -s last
            kill -USR1 $forwarder; until_true test -s figures; cat figures
            kill $forwarder; until_true sh -c '! grep -q ":0050 .* 0A " /proc/net/tcp'
            echo two >&3; exec 3>&-; wait $client; cat last; wait $forwarder; echo $?
            """,
            """
            hello
            2 connections, 1 open, 0 without an answer; 10 bytes to the server, 10 bytes back
            one
            two
            0

            """
        )
    }

    @Test("The server is told who the client is") func proxyProtocol() async throws {
        try await expect(
            """
            $NC -l 8080 >got & server=$!; listening 8080; $FORWARD --proxy-protocol 80 127.0.0.1:8080 & listening 80
            echo hello | $NC -N -p 7000 127.0.0.1 80; wait $server; tr -d '\\r' <got
            """,
            "PROXY TCP4 127.0.0.1 127.0.0.1 7000 80\nhello\n"
        )
    }

    @Test("Datagrams are forwarded, and their answers") func datagrams() async throws {
        try await expect(
            """
            python3 -c 'import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 8080))
            while True: data, who = s.recvfrom(65536); s.sendto(b"echo " + data, who)' & bound 8080
            $FORWARD --udp 53 127.0.0.1:8080 & bound 53
            for word in one two; do echo $word | timeout 5 $NC -u -W 1 127.0.0.1 53; done
            """,
            "echo one\necho two\n"
        )
    }

    @Test("Mistakes are refused") func mistakes() async throws {
        try await expect(
            """
            status nothing $FORWARD 2>/dev/null
            status both $FORWARD --udp --proxy-protocol 80 h:1 2>/dev/null
            status unknown $FORWARD 80 nosuch.invalid:80 2>/dev/null
            $FORWARD 80 127.0.0.1:8080 & listening 80
            status client $NC 127.0.0.1 80 </dev/null
            """,
            "nothing: 64\nboth: 64\nunknown: 1\nclient: 0\n"
        )
    }
}
