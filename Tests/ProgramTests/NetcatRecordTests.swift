// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The files that record what is transferred.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatRecordTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test(
        "A record that cannot be written is an error, and the peer gets a reset",
        arguments: [
            ("nc", "-o", 1), ("nc", "--hex-dump", 1), ("nc", "--output", 1), ("ncat", "-o", 2), ("ncat", "-x", 2),
            ("ncat", "-k -o", 2), ("ncat", "-k -x", 2), ("nc", "--broker -o", 1),
        ]
    )
    func fullRecord(_ name: String, _ option: String, _ status: Int) async throws {
        let message = "cannot write to /dev/full: no space left on device"
        try await expect(
            """
            mkfifo hold; $NC -l \(option) /dev/full 8080 <>hold >/dev/null 2>errors & server=$!; listening 8080
            python3 -c 'import socket
            peer = socket.create_connection(("127.0.0.1", 8080))
            try:
                while True: peer.sendall(b"x" * 1000)
            except OSError: print("reset")'
            wait $server; echo $?; cat errors
            """,
            "reset\n\(status)\n\(name == "ncat" ? "Ncat: \(message). QUITTING." : "nc: \(message)")\n",
            name: name
        )
    }

    @Test("So it is for a client, and for what it sends") func fullRecordOfClient() async throws {
        try await expect(
            """
            $NC -lk 8080 >/dev/null & listening 8080
            for option in -o --output --hex-dump; do
                echo hello | status client $NC -N $option /dev/full 127.0.0.1 8080 2>&1
            done
            """,
            String(repeating: "nc: cannot write to /dev/full: no space left on device\nclient: 1\n", count: 3)
        )
    }

    @Test("A record whose reader has left is left out") func goneReader() async throws {
        try await expect(
            """
            mkfifo record; head -c 5 record >start &
            $NC -l --output record 8080 >got & server=$!; listening 8080
            seq 20000 | $NC -N 127.0.0.1 8080; status server wait $server; wc -l <got; head -c 3 start
            """,
            "server: 0\n20000\n1\n2"
        )
    }

    @Test("All clients of a server are in its record", arguments: ["-lk", "-lk -c cat", "-lk --broker"])
    func allClients(_ role: String) async throws {
        try await expect(
            """
            echo old >record; $NC \(role) --output record 8080 >got & listening 8080
            for word in one two; do
                { echo $word; until_true grep -q $word record; } | $NC -N 127.0.0.1 8080 >/dev/null
            done
            tr -s '\\n' ' ' <record | grep -o 'one.*[^ ]'; grep -c old record
            """,
            // What a program or a broker passes on is received and sent.
            role == "-lk" ? "one two\n0\n" : "one one two two\n0\n"
        )
    }

    @Test("A server of ncat records what it sends and receives") func hub() async throws {
        try await expect(
            """
            mkfifo words; $NC -lk -C -o raw -x dump 8080 <words >got & exec 3>words; listening 8080
            mkfifo hold; $NC 127.0.0.1 8080 <hold >back & exec 4>hold
            echo in >&3; until_true grep -q in back; echo out >&4; until_true grep -q out got; od -An -c raw; cat dump
            """,
            """
               i   n  \\r  \\n   o   u   t  \\n
            0000   69 6e 0d 0a                                       in..            
            0000   6f 75 74 0a                                       out.            

            """,
            name: "ncat"
        )
    }
}
