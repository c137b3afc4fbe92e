// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportCapabilities
import LowportDiagnosis
import LowportLaunch
import LowportLinux
import LowportPolicy
import Testing

/// What is read from files and from /proc.
@Suite struct ParsingTests {
    @Test func `the fingerprint of the policy has a part for each group of paths that a source is read from`() {
        let groups = PolicySource.allCases.flatMap { $0.traits.watchedPaths }
        let fingerprint = PolicyFingerprint.current()
        #expect(fingerprint.parts.count == groups.count && PolicyFingerprint.count == groups.count)
        #expect(PolicyFingerprint(fingerprint.byteString) == fingerprint)
        #expect(!PolicyFingerprint().agrees(with: fingerprint))
    }

    @Test func followsScriptsToTheProgram() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lowport-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let inner = directory.appending(path: "inner"), outer = directory.appending(path: "outer"),
            loop = directory.appending(path: "loop")
        try Data("#!/usr/bin/env -S A=1 sh -e\n".utf8).write(to: inner)
        try Data("#!\(inner.path)\n".utf8).write(to: outer)
        try Data("#!\(loop.path)\n".utf8).write(to: loop)
        let program = try ProgramFile(ByteString(outer.path), searchPath: "/bin")
        #expect(program.scripts == [ByteString(outer.path), ByteString(inner.path)])
        #expect(program.image == .dynamic)
        let endless = #expect(throws: ProgramError.self) { try ProgramFile(ByteString(loop.path), searchPath: "") }
        #expect(endless?.error == .symbolicLinkLoop)
        #expect(endless?.script == ByteString(loop.path))
        let missing = #expect(throws: ProgramError.self) {
            try ProgramFile("no-such-program", searchPath: "/bin:/usr/bin")
        }
        #expect(missing?.error == .noSuchFile && missing?.script == nil)
    }

    /// Only env looks along PATH, and divides what is behind it only with `-S`.
    @Test(arguments: [
        ("#!sh", "sh", Errno.noSuchFile), ("#!/bin/no-such/env sh", "/bin/no-such/env", .noSuchFile),
        ("#!/usr/bin/env -i sh", "/usr/bin/env -i sh", .invalidArgument),
        ("#!/usr/bin/env sh -e", "/usr/bin/env sh -e", .invalidArgument),
        ("#!/usr/bin/env A=1", "/usr/bin/env A=1", .invalidArgument),
        ("#!/usr/bin/env no-such-program", "no-such-program", .noSuchFile),
        ("#!/usr/bin/env -S PATH=/no sh", "sh", .noSuchFile), ("#!/usr/bin", "/usr/bin", .isDirectory),
    ])
    func whatRunsNoScript(_ line: String, _ path: String, _ error: Errno) throws {
        let script = FileManager.default.temporaryDirectory.appending(path: "lowport-\(UUID().uuidString)")
        try Data("\(line)\n".utf8).write(to: script)
        defer { try? FileManager.default.removeItem(at: script) }
        let thrown = #expect(throws: ProgramError.self) { try ProgramFile(ByteString(script.path), searchPath: "/bin") }
        #expect(thrown?.path.description == path && thrown?.error == error)
    }

    @Test(arguments: [
        ("sh", "sh"), ("-S -u FOO sh -e", "sh"), ("-iS sh", "sh"), ("--split-string=A='b c' -- x", "--"),
        ("-S -C / --unset=X 'a b' c", "a b"),
    ])
    func whatEnvStarts(_ argument: String, _ program: String) {
        #expect(EnvCommand(argument: ByteString(argument))?.program.description == program)
    }

    @Test func versionsOfPrograms() {
        let mark = ByteString("@(#)lowport 0.0.7").bytes
        #expect(ProjectVersion.found(in: [1, 0x40, 0x40, 0x28] + mark + [0, 2]) == "0.0.7")
        #expect(ProjectVersion.found(in: [0x40, 0x28, 0x23, 0x29]) == nil)
        #expect(!ProjectVersion.current.isEmpty)
    }

    @Test func processStatus() throws {
        let text = """
            Name:\tnode
            Uid:\t1000\t0\t0\t0
            Gid:\t1001\t0\t0\t0
            Groups:\t27 100 \u{20}
            CapEff:\t0000000000000400
            CapBnd:\t000001ffffffffff
            CapAmb:\t0000000000000400
            NoNewPrivs:\t1
            Seccomp:\t2

            """
        let status = try #require(ProcessCredentials(text: Array(text.utf8)))
        #expect(status.user.rawValue == 1000)
        #expect(status.groups.map(\.rawValue) == [1001, 27, 100])
        #expect(status.effective == [.netBindService] && status.ambient == [.netBindService])
        #expect(status.hasNoNewPrivileges && status.hasSeccompFilter)
        #expect(ProcessCredentials(text: Array("Name:\tx\n".utf8)) == nil)
        #expect(try ProcessCredentials(of: CurrentProcess.identifier).user == CurrentProcess.realUser)
    }

    @Test func socketTables() {
        let tcp = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
               1: 0100007F:0050 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 100 0 0 10 0

            """
        let sockets = BoundSocket.table(Array(tcp.utf8), transport: .tcp)
        #expect(sockets.map(\.inode) == [4711])
        #expect(sockets.first?.local == SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 80)))
        let tcp6 = """
              sl  local_address                         remote_address                        st
               0: 00000000000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 0:0 00:0 0  0        0 9 1

            """
        let socket = BoundSocket.table(Array(tcp6.utf8), transport: .tcp).first
        #expect(socket?.local.byteString == "[::1]:443")
    }

    @Test func numbersHaveNoSignsAndFit() {
        func table(_ port: String, _ owner: String, _ inode: String) -> Int {
            let line = "head\n 0: 0100007F:\(port) 0:0 0A 0:0 00:0 0  \(owner) 0 \(inode) 1\n"
            return BoundSocket.table(Array(line.utf8), transport: .tcp).count
        }
        #expect(table("0050", "5", "9") == 1)
        #expect(table("+050", "5", "9") == 0 && table("0050", "+5", "9") == 0 && table("0050", "5", "+9") == 0)
        #expect(table("10050", "5", "9") == 0 && table("0050", "4294967296", "9") == 0)
        let status = "Uid:\t+5\nGid:\t1\nCapEff:\t0\nCapBnd:\t0\n"
        #expect(ProcessCredentials(text: Array(status.utf8)) == nil)
        #expect(ProcessCredentials(text: Array(status.replacing("+", with: "").utf8)) != nil)
        #expect(ProcessCredentials(text: Array(status.replacing("+5", with: "4294967296\t0").utf8)) == nil)
    }

    @Test func whichSocketsAreInTheWay() throws {
        func socket(_ text: ByteString) throws -> BoundSocket {
            let local = SocketAddress(try #require(IPAddress(text)), Port(rawValue: 80))
            return BoundSocket(transport: .tcp, local: local, owner: .root, inode: 0)
        }
        func occupies(_ mine: ByteString, _ wanted: ByteString) throws -> Bool {
            try socket(mine).occupies(try #require(IPAddress(wanted)), Port(rawValue: 80))
        }
        #expect(try occupies("0.0.0.0", "127.0.0.1") && occupies("127.0.0.1", "0.0.0.0") && occupies("::", "127.0.0.1"))
        #expect(try !occupies("127.0.0.1", "127.0.0.2") && !occupies("::1", "127.0.0.1"))
        #expect(try !socket("0.0.0.0").occupies(.v4(.any), Port(rawValue: 81)))
    }
}
