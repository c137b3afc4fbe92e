// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What ours says when it is called as ncat, and how it ends, where scripts depend on it.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatNcatWordsTests {
    private func expect(_ script: String, _ output: String) async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"), name: "ncat")
        #expect(outcome.output.description == output, "\(outcome)")
    }

    private static let banner = "Ncat: Version 7.93 ( compatible: Lowport \(ProjectVersion.current) )"

    @Test("-v reports listeners and connections as ncat does") func verbose() async throws {
        try await expect(
            """
            $NC -lv 8080 >got 2>log & server=$!; listening 8080
            echo hi | $NC -v -4 127.0.0.1 8080 2>&1 | sed 's/in [0-9.]* s/in TIME s/'; wait $server
            sed 's/:[0-9]*\\.$/:PORT./' log; cat got
            $NC -lvU path 2>log >got & server=$!; listening_at path; echo hi | $NC -U path; wait $server; tail -n +2 log
            $NC -luv -4 8081 2>log >got & bound 8081; echo hi | $NC -u 127.0.0.1 8081; until_true grep -q from log; tail -n +2 log
            """,
            """
            \(Self.banner)
            Ncat: Connected to 127.0.0.1:8080.
            Ncat: 3 bytes sent, 0 bytes received in TIME seconds.
            \(Self.banner)
            Ncat: Listening on :::8080
            Ncat: Listening on 0.0.0.0:8080
            Ncat: Connection from 127.0.0.1.
            Ncat: Connection from 127.0.0.1:PORT.
            hi
            Ncat: Listening on path
            Ncat: Connection from a client on Unix domain socket.
            Ncat: Listening on 0.0.0.0:8081
            Ncat: Connection from 127.0.0.1.

            """
        )
    }

    @Test("A host that is not reached is reported without -v, but not by -z") func notReached() async throws {
        try await expect(
            """
            exec 2>&1
            status plain $NC 127.0.0.1 8080 </dev/null; status scan $NC -z 127.0.0.1 8080
            : >log; { echo one; until_true grep -q refused log; } | status refused $NC -u 127.0.0.1 8080 2>log; cat log
            status name $NC -n nowhere.invalid 80 2>&1 | sed 's/": .*/": REASON/'
            """,
            """
            Ncat: Connection refused.
            plain: 1
            scan: 1
            refused: 1
            Ncat: Connection refused.
            Ncat: Could not resolve hostname "nowhere.invalid": REASON
            name: 2

            """
        )
    }

    @Test("The version has a number that scripts compare") func version() async throws {
        try await expect("$NC --version 2>&1", Self.banner + "\n")
    }

    @Test("A wrong command line is reported in the words of ncat") func wrongCommandLines() async throws {
        try await expect(
            """
            for wrong in '--baffle' '' '-l 1 2 3' '-l --lua-exec x 80' '-lz 1'; do $NC $wrong 2>&1; echo $?; done
            """,
            """
            ncat: unrecognized option '--baffle'
            Ncat: Try `--help' or man(1) nc for more information, usage options and help. QUITTING.
            2
            Ncat: You must specify a host to connect to. QUITTING.
            2
            Ncat: Got more than one port specification: 1 2 3. QUITTING.
            2
            Ncat: Lua is not supported. QUITTING.
            2
            Ncat: cannot use -z and -l. QUITTING.
            2

            """
        )
    }

    @Test("-i ends with a line and a status, and -w does not limit silence") func idle() async throws {
        try await expect(
            """
            exec 2>&1; mkfifo hold; exec 3<>hold
            $NC -l -i 300ms 8080 <hold & server=$!; listening 8080; $NC 127.0.0.1 8080 <hold; status server wait $server
            $NC -l 8081 <hold & listening 8081; status client $NC -i 300ms 127.0.0.1 8081 <hold
            $NC -l 8082 -c 'sleep 1; echo late' & listening 8082; status silence $NC -w 500ms 127.0.0.1 8082 <hold
            """,
            """
            Ncat: Idle timeout expired (300 ms). QUITTING.
            server: 2
            Ncat: Idle timeout expired (300 ms).
            client: 1
            late
            silence: 0

            """
        )
    }

    @Test("-z sends one byte by datagrams") func probe() async throws {
        try await expect(
            """
            $NC -lu 8080 >got & bound 8080; status open $NC -z -u -w 1 127.0.0.1 8080; od -An -tx1 got
            status closed $NC -z -u 127.0.0.1 8079
            """,
            "open: 0\n 00\nclosed: 1\n"
        )
    }

    @Test("A listener for datagrams has both families") func bothFamilies() async throws {
        try await expect(
            """
            for host in 127.0.0.1 ::1; do
                $NC -lu 8080 >got & server=$!; bound 8080; echo to $host | $NC -u $host 8080
                until_true grep -q to got; cat got; kill $server; wait $server
            done
            $NC -lu -6 8080 >got & server=$!; bound 8080; echo no | $NC -u 127.0.0.1 8080 2>/dev/null
            echo yes | $NC -u ::1 8080; until_true grep -q yes got; cat got
            """,
            "to 127.0.0.1\nto ::1\nyes\n"
        )
    }

    @Test("What nobody is there to receive is kept for the next client") func keptInput() async throws {
        try await expect(
            """
            for hub in -k --broker; do
                mkfifo words$hub; $NC -l $hub 8080 <words$hub & server=$!; exec 3>words$hub; echo early >&3; listening 8080
                mkfifo hold$hub; exec 4<>hold$hub; $NC 127.0.0.1 8080 <hold$hub >one & client=$!
                until_true grep -q early one; kill $client; wait $client
                until_true sh -c '! grep -q ":1F90 .* 01 " /proc/net/tcp'
                echo later >&3; $NC 127.0.0.1 8080 <hold$hub >two & client=$!
                until_true grep -q later two; cat one two; exec 3>&- 4>&-; kill $server $client; wait $server $client; rm one two
            done
            """,
            "early\nlater\nearly\nlater\n"
        )
    }

    /// As ncat does since 7.96; before, it went on with standard input.
    @Test("The end of the peer ends a client, unless -k is given") func endOfPeer() async throws {
        try await expect(
            """
            mkfifo hold; exec 3<>hold
            $NC -lk 8080 -c 'echo hello; exec >&- <&-' & listening 8080
            timeout 9 $NC 127.0.0.1 8080 <hold; echo $?
            cat >server.py <<'END'
            import socket
            server = socket.create_server(("127.0.0.1", 8081)); client, _ = server.accept()
            client.sendall(b"hello\\n"); client.shutdown(socket.SHUT_WR)
            print(client.recv(100).decode(), end="", flush=True)
            END
            python3 server.py >got & listening 8081
            $NC -k 127.0.0.1 8081 <hold >said & client=$!; until_true grep -q hello said; sleep 0.3
            echo still here >&3; until_true test -s got; cat got; kill $client
            """,
            "hello\n0\nstill here\n"
        )
    }
}
