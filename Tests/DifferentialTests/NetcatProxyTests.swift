// SPDX-License-Identifier: Apache-2.0
import Testing

/// What proxies are told, byte for byte, and what is said of their refusals.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatProxyTests {
    @Test(arguments: scenarios) func proxy(_ scenario: NetcatScenario) async throws { try await scenario.check() }

    static let scenarios = [
        NetcatScenario(
            "SOCKS 5 by name",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(3); c.sendall(b"\\5\\0"); take(18); c.sendall(b"\\5\\0\\0\\1" + bytes(6)); take(3); c.sendall(b"answer")' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -X 5 -x 127.0.0.1 example.org 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "SOCKS 5 by address",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(3); c.sendall(b"\\5\\0"); take(10); c.sendall(b"\\5\\0\\0\\1" + bytes(6)); take(3)' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -x 127.0.0.1:1080 192.0.2.1 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "SOCKS 5 by address of IPv6",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(3); c.sendall(b"\\5\\0"); take(22); c.sendall(b"\\5\\0\\0\\1" + bytes(6)); take(3)' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -x 127.0.0.1:1080 2001:db8::1 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "SOCKS 5 refuses",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(3); c.sendall(b"\\5\\0"); take(10); c.sendall(b"\\5\\5\\0\\1" + bytes(6))' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -x 127.0.0.1:1080 192.0.2.1 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "SOCKS 4",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(9); c.sendall(bytes([0, 90]) + bytes(6)); take(3)' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -X 4 -x 127.0.0.1:1080 192.0.2.1 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "SOCKS 4 refuses",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(9); c.sendall(bytes([0, 91]) + bytes(6))' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -X 4 -x 127.0.0.1:1080 192.0.2.1 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "CONNECT",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(41); c.sendall(b"HTTP/1.0 200 OK\\r\\nVia: x\\r\\n\\r\\nbanner"); take(3)' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -X connect -x 127.0.0.1:1080 example.org 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "CONNECT refuses",
            """
            python3 -c '
            import socket, sys
            s = socket.create_server(("127.0.0.1", 1080)); c, _ = s.accept()
            def take(n):
                data = b""
                while len(data) < n: data += c.recv(n - len(data))
                print(data); return data
            take(41); c.sendall(b"HTTP/1.0 403 Forbidden\\r\\n\\r\\n")' >seen & server=$!; until_true has_tcp 1080
            echo hi | $NC -N -X connect -x 127.0.0.1:1080 example.org 80; echo $?
            wait $server; cat seen
            """
        ),
        NetcatScenario(
            "nobody is at the proxy",
            """
            $NC -x 127.0.0.1:1080 192.0.2.1 80 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "an unknown protocol",
            """
            $NC -X 6 -x 127.0.0.1:1080 192.0.2.1 80 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "no proxy for listening",
            """
            $NC -x 127.0.0.1:1080 -l 80 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "no proxy for datagrams",
            """
            $NC -u -x 127.0.0.1:1080 192.0.2.1 80 </dev/null; echo $?
            """
        ),
        NetcatScenario(
            "no proxy from an address",
            """
            $NC -s 127.0.0.1 -x 127.0.0.1:1080 192.0.2.1 80 </dev/null; echo $?
            """
        ),
    ]
}
