// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import Testing

/// A tree in memory: what access(2) says to each path, and the byuid files. What is not named does not exist.
struct MemoryTree: AuthbindTree {
    var executable: Set<ByteString> = []
    var refused: [ByteString: Errno] = [:]
    var files: [ByteString: Result<ByteString, Errno>] = [:]

    func refusal(toExecute path: ByteString) -> Errno? {
        executable.contains(path) ? nil : refused[path] ?? .noSuchFile
    }

    func content(of path: ByteString) throws(Errno) -> [UInt8] {
        try (files[path] ?? .failure(.noSuchFile)).get().bytes
    }
}

@Suite struct AuthbindTreeTests {
    private func request(_ address: ByteString, _ port: UInt16) throws -> BindRequest {
        BindRequest(
            user: UserID(rawValue: 1001),
            groups: [],
            transport: .tcp,
            address: try #require(IPAddress(address)),
            port: Port(rawValue: port)
        )
    }

    @Test("The files for IPv4 are asked in order") func asksForIPv4InOrder() throws {
        let answer = MemoryTree().answer(to: try request("127.0.0.1", 81))
        #expect(
            answer.steps.map(\.path) == [
                "byport/81", "byaddr/127.0.0.1:81", "byaddr/127.0.0.1,81", "byuid/1001",
            ]
        )
        #expect(answer.refusal == .notPermitted)
    }

    @Test("The files for IPv6 are asked in order") func asksForIPv6InOrder() throws {
        let answer = MemoryTree().answer(to: try request("2001:db8::a:1", 511))
        #expect(
            answer.steps.map(\.path) == [
                "byport/511", "byaddr/2001:db8::a:1,511", "byaddr/2001:db8:0:0:0:0:a:1,511", "byuid/1001",
            ]
        )
    }

    @Test("Names have a mark from port 512 on", arguments: [512, 1023, 1024, 65535] as [UInt16])
    func marksNamesFrom512On(port: UInt16) throws {
        let answer = MemoryTree().answer(to: try request("127.0.0.1", port))
        #expect(
            answer.steps.map(\.path) == [
                "byport/!\(port)", "byaddr/!127.0.0.1:\(port)", "byaddr/!127.0.0.1,\(port)", "byuid/!1001",
            ]
        )
    }

    @Test("The first file that allows is the last that is asked") func stopsAtTheFirstPathThatAllows() throws {
        let tree = MemoryTree(executable: ["byaddr/127.0.0.1:81"])
        let answer = tree.answer(to: try request("127.0.0.1", 81))
        #expect(answer.isAllowed)
        #expect(answer.steps.last?.path == "byaddr/127.0.0.1:81")
        #expect(answer.steps.count == 2)
    }

    @Test(
        "Any error but absence ends the asking",
        arguments: [.permissionDenied, .notDirectory, .symbolicLinkLoop] as [Errno]
    )
    func stopsAtAnyErrorButAbsence(error: Errno) throws {
        let tree = MemoryTree(refused: ["byport/81": error], files: ["byuid/1001": .success("127.0.0.1,81\n")])
        let answer = tree.answer(to: try request("127.0.0.1", 81))
        #expect(answer.refusal == error)
        #expect(answer.steps.count == 1)
    }

    @Test("The line that allows is named") func namesTheLineThatAllows() throws {
        let tree = MemoryTree(files: ["byuid/1001": .success("# ours\n\n127.0.0.1,80-90\n127.0.0.1,81\n")])
        let answer = tree.answer(to: try request("127.0.0.1", 81))
        #expect(answer.steps.last == .init(path: "byuid/1001", .read, refusal: nil, line: 3))
        #expect(answer.isAllowed)
    }

    @Test("A file without a match is told from no file") func tellsAFileWithoutAMatchFromNoFile() throws {
        let tree = MemoryTree(files: ["byuid/1001": .success("127.0.0.1,80\n")])
        #expect(tree.answer(to: try request("127.0.0.1", 81)).refusal == .noSuchFile)
    }

    @Test("A file that cannot be read is reported") func reportsAFileThatCannotBeRead() throws {
        let tree = MemoryTree(files: ["byuid/1001": .failure(.isDirectory)])
        #expect(tree.answer(to: try request("127.0.0.1", 81)).refusal == .isDirectory)
    }

    @Test("The tree says where it allows") func saysWhereItAllows() throws {
        let request = try request("127.0.0.1", 81)
        let byport = MemoryTree(executable: ["byport/81"]).answer(to: request)
        #expect(byport.locations.map(\.byteString) == ["/etc/authbind/byport/81"])
        let byuid = MemoryTree(files: ["byuid/1001": .success("127.0.0.1,81\n")]).answer(to: request, at: "/t")
        #expect(byuid.locations.map(\.byteString) == ["/t/byuid/1001:1"])
    }
}
