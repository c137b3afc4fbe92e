// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Servers that cannot start a process for a client lose that client and go on.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatShortageTests {
    /// `poor COMMAND…` runs a command as a user who has no process left; `relief PROCESS` gives it more.
    private func expect(_ script: String, _ output: String) async throws {
        let prelude = """
            user() { setpriv --reuid 54321 --regid 54321 --clear-groups "$@"; }
            poor() { exec setpriv --reuid 54321 --regid 54321 --clear-groups prlimit --nproc=1:100 "$@"; }
            relief() { user prlimit --pid $1 --nproc=100:100; }
            chmod 755 "$T" .bin

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("A program for each client")
    func forking() async throws {
        try await expect(
            """
            (poor $NC -lk 8000 -e /bin/cat) 2>errors & server=$!; listening 8000
            status refused $NC 127.0.0.1 8000 </dev/null
            until_true grep -q 'cannot start a process: resource temporarily unavailable' errors; relief $server
            echo hello | $NC -N 127.0.0.1 8000; grep -c . errors
            """,
            "refused: 0\nhello\n1\n"
        )
    }

    @Test("A program for each sender of datagrams")
    func datagrams() async throws {
        try await expect(
            """
            (poor $NC -luk 8000 -e /bin/cat) 2>errors & server=$!; bound 8000
            echo lost | $NC -u -w 1 127.0.0.1 8000
            until_true grep -q 'Datagram from 127.0.0.1 lost: no process: resource temporarily unavailable' errors
            relief $server; echo hello | $NC -u -W 1 127.0.0.1 8000; grep -c . errors
            """,
            "hello\n1\n"
        )
    }

    @Test("A program for each peer of DTLS")
    func secureDatagrams() async throws {
        try await expect(
            """
            (poor $NC -luk --ssl 8000 -e /bin/cat) 2>errors & server=$!; bound 8000
            echo lost | $NC -u --ssl -w 1 127.0.0.1 8000 >/dev/null 2>&1 || :
            until_true grep -q 'Connection from 127.0.0.1 lost: no process: resource temporarily unavailable' errors
            relief $server; echo hello | $NC -u --ssl -W 1 127.0.0.1 8000; grep -c . errors
            """,
            "hello\n1\n"
        )
    }

    @Test("A client of a hub who would be decrypted, and one who does not speak TLS")
    func hub() async throws {
        try await expect(
            """
            (poor $NC -lkv --broker --ssl 8000 </dev/null) 2>errors & server=$!; listening 8000
            $NC --ssl 127.0.0.1 8000 </dev/null 2>/dev/null
            until_true grep -q 'Connection from 127.0.0.1 lost: resource temporarily unavailable' errors; relief $server
            echo nonsense | $NC -N 127.0.0.1 8000 >/dev/null; until_true grep -q '^nc: TLS: ' errors
            mkfifo hold; $NC --ssl 127.0.0.1 8000 <hold >got 2>/dev/null & exec 3>hold
            # It hears only what is said once it has been admitted.
            until_true sh -c "echo hello | $NC --ssl -N 127.0.0.1 8000 2>/dev/null; grep -q hello got" && echo heard
            """,
            "heard\n"
        )
    }
}
