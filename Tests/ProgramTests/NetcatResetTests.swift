// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Forwarded connections that do not end regularly.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatResetTests {
    private func expect(_ script: String, _ output: String, greeting: String = "", answer: Int = 0) async throws {
        let prelude = """
            FORWARD=$PRODUCTS/lowport-forward
            cat >ends.py <<'X'
            import socket, struct, sys, threading
            def reset(s): s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); s.close()
            def told(s, size=65536):
                "What arrives, and how it ends."
                s.settimeout(10); got = b""
                try:
                    while data := s.recv(size): got += data
                    return len(got), "end"
                except ConnectionResetError: return len(got), "reset"
            server = socket.create_server(("127.0.0.1", 8080))
            def pair():
                client = socket.create_connection(("127.0.0.1", 8000)); client.sendall(b"\(greeting)")
                peer = server.accept()[0]
                if \(answer): assert len(client.recv(\(answer), socket.MSG_WAITALL)) == \(answer)
                client.sendall(b"hello"); assert peer.recv(5) == b"hello"
                return client, peer
            X

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test(
        "A reset is passed on as a reset, after what was sent before it",
        arguments: [
            ("$FORWARD 8000 127.0.0.1:8080", "", 0), ("$NC -lk 8000 -L 127.0.0.1:8080", "", 0),
            // In a process for each client.
            ("$NC -lk -o /dev/null 8000 -L 127.0.0.1:8080", "", 0),
            ("$NC -lk --proxy-type http 8000", "CONNECT 127.0.0.1:8080 HTTP/1.0\\r\\n\\r\\n", 19),
            ("$NC -lk --proxy-type socks5 8000", "\\5\\1\\0\\5\\1\\0\\1\\x7f\\0\\0\\1\\x1f\\x90", 12),
        ]
    )
    func resets(_ server: String, _ greeting: String, _ answer: Int) async throws {
        try await expect(
            """
            \(server) & listening 8000
            cat >>ends.py <<'X'
            client, peer = pair(); reset(client); print("from the client", told(peer))
            client, peer = pair(); reset(peer); print("from the server", told(client))
            client, peer = pair(); peer.sendall(b"answer"); reset(peer); print("after an answer", told(client))
            client, peer = pair(); client.shutdown(socket.SHUT_WR); assert peer.recv(1) == b""
            peer.sendall(b"answer"); reset(peer); print("after an end", told(client))
            client, peer = pair(); peer.shutdown(socket.SHUT_WR); assert client.recv(1) == b""
            client.sendall(b"more"); reset(client); print("after the other end", told(peer))
            # The server closes with something unread, which is a reset as well.
            client, peer = pair(); client.sendall(b"unread"); peer.recv(1, socket.MSG_PEEK); peer.close()
            print("unread", told(client))
            client, peer = pair(); peer.close(); print("close", told(client)); client.close()
            client, peer = pair(); client.close(); print("close", told(peer))
            X
            python3 ends.py
            """,
            """
            from the client (0, 'reset')
            from the server (0, 'reset')
            after an answer (6, 'reset')
            after an end (6, 'reset')
            after the other end (4, 'reset')
            unread (0, 'reset')
            close (0, 'end')
            close (0, 'end')

            """,
            greeting: greeting,
            answer: answer
        )
    }

    @Test("So does an HTTP proxy whose server has not answered all") func forwardedRequest() async throws {
        try await expect(
            """
            $NC -lk --proxy-type http 8000 & listening 8000
            cat >>ends.py <<'X'
            client = socket.create_connection(("127.0.0.1", 8000))
            client.sendall(b"GET http://127.0.0.1:8080/ HTTP/1.0\\r\\n\\r\\n"); peer = server.accept()[0]
            while not peer.recv(1000).endswith(b"\\r\\n\\r\\n"): pass
            peer.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nhalf"); reset(peer); print(told(client))
            X
            python3 ends.py
            """,
            "(23, 'reset')\n"
        )
    }

    @Test("A receiver that is slow gets what was sent before the reset")
    func slowReceiver() async throws {
        try await expect(
            """
            $FORWARD 8000 127.0.0.1:8080 & listening 8000
            cat >>ends.py <<'X'
            client, peer = pair()
            peer.settimeout(1); sent = 0
            try:
                while True: sent += peer.send(bytes(65536))
            except TimeoutError: pass
            reader = []
            thread = threading.Thread(target=lambda: reader.append(told(client))); thread.start()
            # All of it is at the forwarder once the peer's machine has nothing left.
            import fcntl, array, time, termios
            left = array.array("i", [1])
            while left[0]: fcntl.ioctl(peer, termios.TIOCOUTQ, left); time.sleep(0.01)
            reset(peer); thread.join(); print(reader[0][1], reader[0][0] == sent, sent > 1 << 20)
            X
            python3 ends.py
            """,
            "reset True True\n"
        )
    }

    @Test("A slow server holds the client back, and loses nothing")
    func slowServer() async throws {
        try await expect(
            """
            $FORWARD 8000 127.0.0.1:8080 & server=$!; listening 8000
            cat >>ends.py <<'X'
            import hashlib, os
            data = os.urandom(40 << 20)
            client, peer = pair()
            def send(): client.sendall(data); client.shutdown(socket.SHUT_WR)
            thread = threading.Thread(target=send); thread.start()
            digest, size = hashlib.sha256(), 0
            import time
            time.sleep(0.3)
            while block := peer.recv(100_000): digest.update(block); size += len(block)
            peer.sendall(b"done"); peer.close(); thread.join()
            print(size == len(data), digest.digest() == hashlib.sha256(data).digest(), told(client))
            X
            python3 ends.py
            ls /proc/$server/fd | wc -l
            awk '/VmHWM/ { print $2 < 6000 }' /proc/$server/status
            """,
            // Six are its own; a pipe is kept for the next.
            "True True (4, 'end')\n8\n1\n"
        )
    }
}
