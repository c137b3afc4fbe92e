// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@Suite struct AddressTests {
    @Test(
        "An address is written as it was read",
        arguments: [
            "0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::5", "fe80::1:2:3:4", "::ffff:192.0.2.1",
            "1:2:3:4:5:6:7:8",
        ] as [ByteString]
    )
    func roundTrips(_ text: ByteString) { #expect(IPAddress(text)?.byteString == text) }

    @Test(
        "What is no address is refused",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\0", "localhost",
            "[::1]",
            "::1%lo", ":::", "1:2:3:4:5:6:7", "12345::",
        ] as [ByteString]
    )
    func refuses(_ text: ByteString) { #expect(IPAddress(text) == nil) }

    @Test("An IPv4-mapped address means the IPv4 address") func mappedAddresses() throws {
        let mapped = try #require(IPAddress("::ffff:127.0.0.1"))
        #expect(mapped.unmapped == IPAddress("127.0.0.1"))
        #expect(try #require(IPAddress("::fffe:127.0.0.1")).unmapped == IPAddress("::fffe:127.0.0.1"))
    }

    @Test("Sockets tell their address") func socketsTellTheirAddress() throws {
        for (family, text) in [(InternetFamily.v4, "127.0.0.1"), (.v6, "::1")] as [(InternetFamily, ByteString)] {
            let address = try #require(IPAddress(text))
            let socket = try FileDescriptor.socket(family, .tcp)
            try socket.bind(to: SocketAddress(address, Port(rawValue: 0)))
            let local = try socket.localAddress()
            #expect(local.address == address && local.port.rawValue != 0)
            #expect(try socket.internetFamily() == family && socket.transportProtocol() == .tcp)
        }
        #expect(SocketAddress(try #require(IPAddress("::1")), Port(rawValue: 80)).byteString == "[::1]:80")
    }
}
