// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportSockets
import Testing

/// The texts of addresses to listen on.
@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("80", "tcp:80"), (":80", "tcp:80"), ("tcp:80", "tcp:80"), ("tcp::80", "tcp:80"), ("udp:53", "udp:53"),
        ("0", "tcp:0"), ("0.0.0.0:80", "tcp:0.0.0.0:80"), ("tcp:[::]:443", "tcp:[::]:443"),
        ("[::1]:65535", "tcp:[::1]:65535"), ("udp:[2001:DB8:0::1]:53", "udp:[2001:db8::1]:53"),
        ("[::ffff:192.0.2.1]:80", "tcp:[::ffff:192.0.2.1]:80"), ("[fe80::1%7]:80", "tcp:[fe80::1%7]:80"),
        ("[fe80::1%lo]:80", "tcp:[fe80::1%1]:80"),
    ])
    func `what is accepted has one form`(text: String, description: String) throws {
        let address = try ListenAddress(text)
        #expect(address.description == description)
        #expect(try ListenAddress(description) == address)
        #expect(try ListenAddress(address.transport, host: address.host, port: address.port) == address)
    }

    @Test(arguments: [
        ("", "expected a port"), (":", "expected a port, 0-65535"), ("tcp:", "expected a port"),
        ("tcp", "names are not looked up"), ("65536", "0-65535"), ("080", "0-65535"), ("+80", "names are not"),
        ("80 ", "0-65535"), ("127.0.0.1", "expected a port"), ("127.0.0.1:", "0-65535"), ("127.0.0.1:http", "0-65535"),
        ("localhost:80", "names are not looked up"), ("*:80", "names are not looked up"), ("127.1:80", "names are not"),
        ("::1:80", "needs brackets"), ("::1", "needs brackets"), ("[::1]", "expected a port"),
        ("[127.0.0.1]:80", "names are not"), ("[::1:80", "needs brackets"), ("[]:80", "names are not"),
        ("sctp:80", "names are not looked up"), ("TCP:80", "names are not looked up"), ("tcp:udp:80", "names are not"),
        ("[::1%lo]:80", "only a link-local"), ("127.0.0.1%lo:80", "only a link-local"),
        ("[fe80::1]:80", "needs its interface"), ("[fe80::1%]:80", "no such network interface"),
        ("[fe80::1%0]:80", "no such network interface"), ("[fe80::1%none]:80", "no such network interface"),
    ])
    func `what is not accepted is told why`(text: String, reason: String) throws {
        let error = #expect(throws: PrivilegedSocketError.self) { try ListenAddress(text) }
        #expect(error?.code == .invalidAddress && error?.address == text)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    @Test func `what is invisible in a text is not shown as it is`() {
        let error = #expect(throws: PrivilegedSocketError.self) { try ListenAddress("\u{1B}[2J:80") }
        #expect(error?.address.contains("\u{1B}") == false && error?.description.contains("\u{1B}") == false)
    }

    @Test func `the parts are those of the text`() throws {
        let address = try ListenAddress("udp:[fe80::1%lo]:53")
        #expect(address.transport == .udp && address.host == "fe80::1%1" && address.port == 53)
        #expect(try ListenAddress("80").host == nil)
        #expect(try ListenAddress(host: "127.0.0.1", port: 80) == ListenAddress("tcp:127.0.0.1:80"))
        #expect(try ListenAddress("80") != ListenAddress("[::]:80"))
        #expect(throws: PrivilegedSocketError.self) { try ListenAddress(host: "[::1]", port: 80) }
        #expect(throws: PrivilegedSocketError.self) { try ListenAddress(host: "localhost", port: 80) }
    }
}
