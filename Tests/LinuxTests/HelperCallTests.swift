// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux
import Testing

/// Programs that are run for their exit status, without an effect on this process.
@Suite struct HelperCallTests {
    private static func run(_ script: ByteString) throws -> ProcessChange {
        let (mine, theirs) = try FileDescriptor.socketPair()
        let socket = FileDescriptor(owning: mine)
        try FileDescriptor(owning: theirs).close()
        return try socket.runProgram(at: "/bin/sh", arguments: ["sh", "-c", script])
    }

    @Test("How the program ends is known") func status() throws {
        #expect(try Self.run("exit 0") == .exited(status: 0))
        #expect(try Self.run("exit 13") == .exited(status: 13))
        #expect(try Self.run("kill -9 $$") == .killed(signal: 9))
    }

    @Test("Its input is the descriptor, and it has no other descriptor and no environment") func surroundings() throws {
        // One that whoever is started gets.
        let open = FileDescriptor(owning: fcntl(2, F_DUPFD, 700))
        let script: ByteString = """
            [ "$(readlink /proc/self/fd/0 | cut -c 1-7)" = socket: ] || exit 1
            [ -z "$HOME" ] || exit 2
            [ -e /proc/$$/fd/2 ] || exit 3
            [ ! -e /proc/$$/fd/\(open.rawValue) ] || exit 4
            """
        #expect(try Self.run(script) == .exited(status: 0))
    }

    @Test("A program that cannot be executed is an error") func missing() throws {
        let socket = try FileDescriptor.unixSocket(datagrams: true)
        for (path, error) in [("/nonexistent/program", Errno.noSuchFile), ("/etc/passwd", .permissionDenied)] {
            #expect(throws: error) { try socket.runProgram(at: ByteString(path), arguments: ["program"]) }
        }
    }

    @Test("A status that nobody saw is an error, and not 0") func lostStatus() throws {
        // What waits for the program is its parent, and no more than any process of the user. The program outlives it.
        let script: ByteString = """
            kill -9 $PPID; while read -r _ _ _ parent _ < /proc/$$/stat && [ "$parent" = $PPID ]; do :; done; exit 0
            """
        #expect(throws: Errno.noChild) { try Self.run(script) }
    }
}
