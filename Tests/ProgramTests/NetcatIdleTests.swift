// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Servers with thousands of idle connections, each of which costs little memory and no time.
@Suite(.serialized, .enabled(if: Privilege.isRoot, "needs root")) struct NetcatIdleTests {
    /// `idle SERVER COMMAND…` opens connections to port 8000, uses each once, and prints the memory of the process `SERVER`
    /// that each has cost, in bytes; then runs the command while they are idle.
    private func run(_ script: String) async throws -> Outcome {
        let prelude = """
            FORWARD=$PRODUCTS/lowport-forward; ulimit -n $(ulimit -H -n)
            cat >echo.py <<'X'
            import asyncio
            class Echo(asyncio.Protocol):
                def connection_made(self, transport): self.transport = transport
                def data_received(self, data): self.transport.write(data)
            async def main():
                server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 8080, backlog=4096)
                await server.serve_forever()
            asyncio.run(main())
            X
            # The process that serves: a forwarder starts one.
            serving() {
                case $(cat /proc/$1/comm) in nc) echo $1; return ;; esac
                until_true sh -c "ps --ppid $1 -o pid= | grep -q ." && ps --ppid $1 -o pid= | tr -d ' '
            }
            cat >idle.py <<'X'
            import os, resource, socket, subprocess, sys, time
            server, uses, command = sys.argv[1], sys.argv[2] == "use", sys.argv[3:]
            def resident():
                for line in open(f"/proc/{server}/status"):
                    if line.startswith("VmRSS"): return int(line.split()[1]) * 1024
            def connect(count):
                new = [socket.create_connection(("127.0.0.1", 8000)) for _ in range(count)]
                for client in new if uses else new[-1:]:
                    client.settimeout(120); client.sendall(b"hello\\n")
                    if uses: assert client.recv(100) == b"hello\\n"
                return new
            # A flow takes two descriptors of the server.
            count = min(10000, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200) // 2)
            clients = connect(100)
            before = resident()
            while len(clients) < count: clients += connect(100)
            descriptors = 0
            # The last ones may not have been accepted yet.
            while descriptors < count:
                time.sleep(0.05); descriptors = len(os.listdir(f"/proc/{server}/fd"))
            print(count >= 1000, (resident() - before) // (count - 100), flush=True)
            if command: subprocess.run(command, check=True)
            X

            """
        return try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
    }

    private func expectLittleMemory(_ outcome: Outcome) {
        let words = outcome.output.description.split(separator: "\n").first?.split(separator: " ") ?? []
        #expect(words.first == "True", "\(outcome)")
        #expect(words.last.flatMap { Int($0) }.map { $0 <= 2048 } == true, "\(outcome)")
    }

    @Test(
        "An idle connection that is forwarded costs at most 2 KiB",
        arguments: [
            "$FORWARD --workers 1 --max-conns 20000 8000 127.0.0.1:8080",
            "$NC -lk 8000 --max-conns 20000 -L 127.0.0.1:8080",
        ]
    )
    func forwarderMemory(_ server: String) async throws {
        let script = """
            python3 echo.py & listening 8080; \(server) & server=$!; listening 8000; server=$(serving $server); python3 idle.py $server use
            """
        expectLittleMemory(try await run(script))
    }

    @Test("An idle client of a hub costs at most 2 KiB", arguments: ["--broker", "--chat"])
    func hubMemory(_ kind: String) async throws {
        // In a chat each arrival is told to everybody, which is too much for so many.
        let script = """
            mkfifo hold; exec 3<>hold; $NC -lk \(kind) --max-conns 20000 8000 <hold & server=$!; listening 8000
            ulimit -S -n \(kind == "--chat" ? 2400 : 20000) 2>/dev/null; python3 idle.py $server no
            """
        expectLittleMemory(try await run(script))
    }

    /// The kernel's answers are counted, and not the time.
    @Test("The work for a connection does not depend on how many are idle")
    func work() async throws {
        let outcome = try await run(
            """
            python3 echo.py & listening 8080
            $FORWARD --workers 1 --keep-alive 0 --max-conns 20000 8000 127.0.0.1:8080 & server=$!; listening 8000; server=$(serving $server)
            cat >talk.py <<'X'
            import socket
            with socket.create_connection(("127.0.0.1", 8000)) as client:
                for _ in range(200): client.sendall(b"hello\\n"); client.recv(100)
            X
            cat >traced.sh <<'X'
            strace -q -o "$1" -p "$2" 2>/dev/null & tracer=$!
            until grep -q '^TracerPid:[^0]*[1-9]' /proc/$2/status; do sleep 0.01; done
            python3 talk.py; kill $tracer; wait $tracer || true
            X
            sh traced.sh alone $server; python3 idle.py $server use sh traced.sh crowd $server >/dev/null
            for trace in alone crowd; do
                # Connections that have become dormant meanwhile are noted once each, without a call.
                awk '/^epoll_wait.* = 0$/ { next } /^epoll_wait/ { waits++; found += $NF } { calls++ } END { print (calls < 1700), (found < 450), (waits > 0) }' $trace
            done
            """
        )
        #expect(outcome.output.description == "1 1 1\n1 1 1\n", "\(outcome)")
    }
}
