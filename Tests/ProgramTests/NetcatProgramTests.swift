// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What ours can and the original cannot: programs, hubs, access, dumps, figures.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatProgramTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("A program has the connection as its input and output") func programs() async throws {
        try await expect(
            """
            $NC -l 8080 -e '/bin/echo a\\ b  c' & listening 8080
            $NC 127.0.0.1 8080 </dev/null
            $NC -l 8080 -c 'read word; echo "$word $NCAT_REMOTE_ADDR $NCAT_LOCAL_ADDR $NCAT_LOCAL_PORT $NCAT_PROTO"' &
            listening 8080; echo hello | $NC -N 127.0.0.1 8080
            $NC -l 8080 >got & server=$!; listening 8080
            status client $NC 127.0.0.1 8080 -c 'echo from the client'; wait $server; cat got
            status missing $NC -l 8081 -e /no/such/program 2>/dev/null & listening 8081; $NC -z 127.0.0.1 8081; wait $!
            """,
            "a b c\nhello 127.0.0.1 127.0.0.1 8080 TCP\nclient: 0\nfrom the client\nmissing: 1\n"
        )
    }

    @Test("Programs serve clients at the same time") func programsServeClientsAtTheSameTime() async throws {
        try await expect(
            """
            $NC -lk 8080 -c 'read word; echo "got $word"' & listening 8080
            mkfifo hold; $NC -N 127.0.0.1 8080 <hold >first & client=$!; exec 3>hold
            for word in one two three; do echo $word | $NC -N 127.0.0.1 8080; done
            echo last >&3; exec 3>&-; wait $client; cat first
            """,
            "got one\ngot two\ngot three\ngot last\n"
        )
    }

    @Test("A dump shows what a program is sent and says") func programsBehindADump() async throws {
        try await expect(
            """
            $NC -l 8080 -o dump -e /bin/cat & server=$!; listening 8080
            echo hello | $NC -N 127.0.0.1 8080; wait $server; sort dump
            """,
            """
            hello
            < 00000000 68 65 6c 6c 6f 0a                               # hello.
            > 00000000 68 65 6c 6c 6f 0a                               # hello.

            """
        )
    }

    @Test("No more clients are served than so many") func noMoreThanSoMany() async throws {
        try await expect(
            """
            $NC -lk --max-conns 1 8080 -c 'echo in; read word' & listening 8080
            mkfifo hold; $NC -N 127.0.0.1 8080 <hold >first & client=$!; exec 3>hold
            until_true grep -q in first; $NC 127.0.0.1 8080 </dev/null | wc -c
            exec 3>&-; wait $client; until_true sh -c "$NC -N 127.0.0.1 8080 </dev/null | grep in"
            """,
            "0\nin\n"
        )
    }

    /// Both are news to a broker that was busy.
    @Test("One leaves and one comes") func oneLeavesAndOneComes() async throws {
        try await expect(
            """
            mkfifo hold words; $NC -lknv --broker --max-conns 1 8080 <words 2>log & server=$!; exec 3>words; listening 8080
            $NC 127.0.0.1 8080 <hold & first=$!; exec 4>hold; until_true grep -q received log
            kill -STOP $server; kill $first; wait $first 2>/dev/null
            $NC -v 127.0.0.1 8080 </dev/null >second 2>told & until_true grep -q succeeded told; kill -CONT $server
            until_true sh -c 'test $(grep -c received log) = 2'; echo hello >&3; until_true grep hello second
            """,
            "hello\n"
        )
    }

    @Test("Clients are served that may be, and no others") func access() async throws {
        try await expect(
            """
            echo '127.0.0.8/30  # four' >list; echo 127.0.0.9 >no
            $NC -lkn --allow 127.0.0.2,10.0.0.0/8 --allowfile list --denyfile no 8080 -c 'echo $NCAT_REMOTE_ADDR' &
            listening 8080
            for last in 1 2 3 7 8 9 10 11 12; do $NC -s 127.0.0.$last 127.0.0.1 8080 </dev/null; done
            """,
            "127.0.0.2\n127.0.0.8\n127.0.0.10\n127.0.0.11\n"
        )
    }

    @Test("A broker passes on what each client says") func broker() async throws {
        try await expect(
            """
            $NC -lk --broker 8080 </dev/null & listening 8080
            $NC -d 127.0.0.1 8080 >one & $NC -d 127.0.0.1 8080 >two &
            until_true sh -c 'echo hello | timeout 0.3 $CALLED 127.0.0.1 8080; test -s one -a -s two'
            sort -u one two
            """,
            "hello\n"
        )
    }

    @Test("A chat says who is there and who says what") func chat() async throws {
        try await expect(
            """
            $NC -lk --chat 8080 </dev/null & listening 8080
            $NC -d 127.0.0.1 8080 >one & until_true grep -q user1 one
            echo hello | timeout 1 $NC 127.0.0.1 8080 >/dev/null; until_true grep -q disconnected one; cat one
            """,
            """
            <announce> 127.0.0.1 is connected as <user1>.
            <announce> already connected: nobody.
            <announce> 127.0.0.1 is connected as <user2>.
            <announce> already connected: 127.0.0.1 as <user1>.
            <user2> hello
            <announce> <user2> is disconnected.

            """
        )
    }

    @Test("Records and figures are those of what passed") func recordsAndFigures() async throws {
        try await expect(
            """
            printf 'some more text\\0' | $NC -lN 8080 >/dev/null & server=$!; listening 8080
            printf hello | $NC -N --hex-dump dump --output raw --stats json 127.0.0.1 8080 2>figures >/dev/null
            wait $server; sort dump; tr '\\0' _ <raw | fold -w1 | sort | tr -d '\\n'; echo
            sed 's/:[0-9.]*}/:TIME}/' figures
            """,
            """
            0000   68 65 6c 6c 6f                                    hello           
            0000   73 6f 6d 65 20 6d 6f 72  65 20 74 65 78 74 00     some.more.text. 
              _eeeehllmmooorsttx
            {"schema":"lowport.transfer/1","bytes_sent":5,"bytes_received":15,"seconds":TIME}

            """
        )
    }

    /// systemd hands over either kind.
    @Test("A socket that the starter listens on is taken over", arguments: [true, false])
    func inheritedListener(isBlocking: Bool) async throws {
        try await expect(
            """
            python3 -c 'import os, socket
            s = socket.create_server(("127.0.0.1", 8080)); os.set_inheritable(s.fileno(), True)
            s.setblocking(\(isBlocking ? "True" : "False"))
            os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
            os.execvp("nc", ["nc", "-l"])' >got & server=$!; listening 8080
            until_true grep -q '^State:.S' /proc/$server/status
            echo hello | $NC -N 127.0.0.1 8080; wait $server; cat got
            """,
            "hello\n"
        )
    }

    @Test("Sockets of another process are not taken over")
    func othersListener() async throws {
        // Before 6.9, all pidfds have one number, which tells nothing.
        try await expect(
            """
            cat > pass.py <<'END'
            import os, socket, sys
            s = socket.create_server(("127.0.0.1", 8080)); os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
            kind = sys.argv[1]
            own, first = (os.fstat(os.pidfd_open(process)).st_ino for process in (os.getpid(), 1))
            if own == first and kind == "other": kind = "pid"
            os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid() + (kind == "pid")))
            if kind != "pid": os.environ["LISTEN_PIDFDID"] = str(own + (kind == "other"))
            os.execvp("nc", ["nc", "-l"])
            END
            for kind in pid other; do python3 pass.py $kind 2>&1 | head -n 1; done
            python3 pass.py own >got & server=$!; listening 8080
            echo hello | $NC -N 127.0.0.1 8080; wait $server; cat got
            """,
            "nc: missing port number\nnc: missing port number\nhello\n"
        )
    }

    @Test("A parallel scan finds what one by one finds") func parallelScan() async throws {
        let outcome = try await PrivateNetwork.run(
            "$NC -lk 8082 & listening 8082; status scan $NC -zv --parallel 100 127.0.0.1 8080-8083",
            netcat: Products.path("nc")
        )
        let sequential = try await PrivateNetwork.run(
            "$NC -lk 8082 & listening 8082; status scan $NC -zv 127.0.0.1 8080-8083",
            netcat: Products.path("nc")
        )
        #expect(outcome == sequential)
        #expect(outcome.output == "scan: 0\n")
    }

    @Test("Datagrams are answered to the last sender") func datagramsAreAnsweredToTheLastSender() async throws {
        try await expect(
            """
            mkfifo input; $NC -luk 8080 <input >got & exec 3>input; bound 8080
            for port in 7001 7002; do
                timeout 5 $NC -u -W 1 -p $port 127.0.0.1 8080 >answer$port <<-X & client=$!
            	from $port
            	X
                until_true grep -q $port got; echo "to $port" >&3; wait $client
            done
            cat answer7001 answer7002
            """,
            "to 7001\nto 7002\n"
        )
    }

    /// Whoever only looks whether the proxy is there is no news; whoever leaves in the midst of a request is.
    @Test("A proxy is silent about probes", arguments: ["http", "socks5"]) func aProxyIsSilentAboutProbes(
        _ kind: String
    ) async throws {
        try await expect(
            """
            $NC -lk --proxy-type \(kind) 3128 2>log & listening 3128
            $NC -z 127.0.0.1 3128; $NC -N 127.0.0.1 3128 </dev/null
            printf '\\005' | $NC -N 127.0.0.1 3128; until_true grep -q closed log; cat log
            """,
            "nc: client: the connection was closed\n"
        )
    }

    /// A client who has said everything still gets what a busy writer has for it, although the writer is slower than we are.
    @Test("A listener sends what comes without a gap") func aListenerSendsWhatComesWithoutAGap() async throws {
        try await expect(
            """
            # A machine that does nothing else for a tenth of a second may spoil some.
            mkfifo input
            for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
                $NC -l 8080 <input & server=$!; exec 3>input; listening 8080
                { number=0; while [ $number -lt 20000 ]; do echo $number; number=$((number + 1)); done; } >&3 2>/dev/null &
                exec 3>&-
                last=$($NC -N 127.0.0.1 8080 </dev/null | tail -1); wait
                [ "$last" = 19999 ] && break
            done
            echo $last
            """,
            "19999\n"
        )
    }

    /// What was sent arrives, although the reader of what the peer says has left, and the peer says more and more.
    @Test("All is sent to the end although nobody reads") func sendsToTheEndAlthoughNobodyReads() async throws {
        try await expect(
            """
            python3 -c 'import socket, threading
            peer = socket.create_server(("127.0.0.1", 8080)).accept()[0]
            def talk():
                try:
                    while True: peer.sendall(b"more" * 1000)
                except OSError: pass
            threading.Thread(target=talk).start(); count = 0
            while data := peer.recv(5000): count += len(data)
            print(count)' & server=$!; listening 8080
            head -c 5000000 /dev/zero >data; $NC -N 127.0.0.1 8080 <data | head -c 1 >/dev/null; wait $server
            """,
            "5000000\n"
        )
    }

    /// What is known of the process and of the listener is not asked for each client, and nobody looks for a client that
    /// has not come.
    @Test("Short connections ask nothing") func shortConnectionsAskNothing() async throws {
        try await expect(
            """
            strace -o calls $NC -lk 127.0.0.1 8080 </dev/null >/dev/null 2>/dev/null & listening 8080
            for _ in 1 2 3; do echo hello | nc.openbsd -N 127.0.0.1 8080; done
            until_true sh -c 'test $(grep -c "^close(4)" calls) = 3'
            sed '1,/^accept4/d' calls | grep -o '^[a-z0-9_]*' | grep -vx -e poll -e sched_yield | sort -u | tr '\\n' ' '
            grep -c '^accept4.*EAGAIN' calls
            """,
            "accept4 close recvfrom 0\n"
        )
    }

    @Test("Called as ncat, the letters are those of ncat") func ncatsLetters() async throws {
        try await expect(
            """
            $NC -l 8080 --test >got 2>log & server=$!; until_true grep -q 'NCAT TEST: LISTEN' log
            echo hello | $NC -x dump -o raw 127.0.0.1 8080; wait $server; cat got dump raw
            status busy $NC nosuch.invalid 80 2>/dev/null
            """,
            "hello\n0000   68 65 6c 6c 6f 0a                                 hello.          \nhello\nbusy: 2\n",
            name: "ncat"
        )
    }
}
