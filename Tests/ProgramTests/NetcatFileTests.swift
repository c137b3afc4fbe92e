// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Files as what is sent, larger than one system call sends.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatFileTests {
    private func expect(_ script: String, _ output: String) async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test(
        "A file is sent from its offset on, which the next program finds at the end",
        arguments: [("-l 8080", "127.0.0.1 8080"), ("-lU place", "-U place")]
    )
    func offset(_ receiver: String, _ target: String) async throws {
        try await expect(
            """
            head -c 3000000 /dev/urandom >data
            $NC \(receiver) >got & receiver=$!; until_true sh -c 'test -S place || grep -q ":1F90 .* 0A " /proc/net/tcp'
            (dd bs=70001 count=1 iflag=fullblock of=first status=none; $NC -N \(target); wc -c) <data
            wait $receiver; cat first got | cmp - data; echo done
            """,
            "0\ndone\n"
        )
    }

    /// The sender has 20 MiB to send, of which the peer takes a small part before the file is changed.
    private func send(while change: String, _ expected: String) async throws {
        try await expect(
            """
            head -c 20971520 /dev/urandom >data; cp data before
            cat >peer.py <<'X'
            import os, socket, time
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", 8080))
            listener.listen()
            peer, _ = listener.accept()
            received = peer.recv(1000)
            while not os.path.exists("changed"):
                time.sleep(0.001)
            while data := peer.recv(1 << 20):
                received += data
            open("got", "wb").write(received)
            X
            python3 peer.py & peer=$!; listening 8080
            $NC -N -O 65536 127.0.0.1 8080 <data & sender=$!
            until_true sh -c "grep -q '^pos:.*[0-9]\\{6\\}' /proc/$sender/fdinfo/0"
            \(change); touch changed
            wait $sender; echo "sender: $?"; wait $peer
            \(expected) | cmp - got; echo done
            """,
            "sender: 0\ndone\n"
        )
    }

    @Test("A file with holes keeps them") func holes() async throws {
        try await expect(
            """
            truncate -s 8M /dev/shm/holes.$$; $NC -l 8080 >got & receiver=$!; listening 8080
            $NC -N 127.0.0.1 8080 </dev/shm/holes.$$; wait $receiver
            stat -c '%s %b' /dev/shm/holes.$$; rm /dev/shm/holes.$$; stat -c %s got
            """,
            "8388608 0\n8388608\n"
        )
    }

    @Test("What is appended to a file meanwhile is sent as well") func growth() async throws {
        try await send(while: "head -c 1000001 /dev/urandom >addition; cat addition >>data", "cat before addition")
    }

    @Test("A file that becomes shorter is sent as far as it goes") func truncation() async throws {
        try await send(while: "truncate -s 15728643 data", "head -c 15728643 before")
    }

    /// splice(2) stops at urgent data, and has nothing there or an end.
    @Test("What follows urgent data arrives, in a pipe and in a file", arguments: ["| cat >got", ">got"])
    func urgentData(_ output: String) async throws {
        try await expect(
            """
            ($NC -lN 8080 </dev/null \(output)) & receiver=$!; listening 8080
            python3 - <<'X'
            import socket
            sender = socket.create_connection(("127.0.0.1", 8080))
            for _ in range(10): sender.sendall(b"a" * 65536)
            sender.sendall(b"abc"); sender.send(b"!", socket.MSG_OOB); sender.sendall(b"b" * 50003)
            sender.close()
            X
            wait $receiver; wc -c <got
            """,
            "705366\n"
        )
    }
}
