// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportSockets
import Testing

/// Sockets that every user may have.
@Suite struct UnprivilegedSocketTests {
    @Test func `port 0 is a free one, and the address says which`() throws {
        for text in ["127.0.0.1:0", "udp:127.0.0.1:0"] {
            let socket = try PrivilegedSocket.listen(on: text)
            #expect(socket.address.port != 0 && socket.address.host == "127.0.0.1")
            #expect(socket.origin == .native)
        }
    }

    @Test func `a socket is closed with its value, unless it is released`() throws {
        func number() throws -> CInt { try PrivilegedSocket.listen(on: "127.0.0.1:0").rawValue }
        let socket = try PrivilegedSocket.listen(on: "127.0.0.1:0")
        let address = socket.address
        let error = #expect(throws: PrivilegedSocketError.self) { _ = try PrivilegedSocket.listen(on: address) }
        #expect(error?.code == .taken && error?.holders.contains { $0.processIdentifier == getpid() } == true)
        let released = socket.release()
        #expect(fcntl(released, F_GETFD) == FD_CLOEXEC)
        close(released)
        let again = try PrivilegedSocket.listen(on: address)
        #expect(again.address == address)
    }

    @Test func `an error says in one line what was asked for, and why not`() throws {
        let socket = try PrivilegedSocket.listen(on: "127.0.0.1:0")
        let address = socket.address
        let error = #expect(throws: PrivilegedSocketError.self) { _ = try PrivilegedSocket.listen(on: address) }
        let text = "\(try #require(error))"
        #expect(text.hasPrefix("cannot listen on \(address): the port is taken on 127.0.0.1:\(address.port) by "))
        #expect(!text.contains("\n"))
    }
}
