// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import Testing

/// The lines of byuid files. The differential tests hold each of them beside authbind 2.1.3.
@Suite struct AuthbindByuidTests {
    private func isAllowed(_ content: ByteString, _ address: ByteString = "127.0.0.1", _ port: UInt16 = 81) -> Bool {
        guard let address = IPAddress(address) else { return false }
        let request = BindRequest(
            user: UserID(rawValue: 1001),
            groups: [],
            transport: .tcp,
            address: address,
            port: Port(rawValue: port)
        )
        let name: ByteString = port < 512 ? "byuid/1001" : "byuid/!1001"
        return MemoryTree(files: [name: .success(content)]).answer(to: request).isAllowed
    }

    @Test(
        "A line allows what authbind allows by it",
        arguments: [
            "127.0.0.1,81", "127.0.0.1,80-90", "127.0.0.1, 81", "127.0.0.1,80- 90", "127.0.0.1,081", "127.0.0.1,+81",
            "127.0.0.1,81\r", "127.0.0.1,81 \t", "127.0.0.1,81\u{0}x", "127.0.0.1-127.0.0.2,81", "0.0.0.0/0,0-99999",
            "127.0.0.0/8,81", "127.0.0.0/ 8,81", "127.0.0.0/8 ,81", "127.0.0.0/08,81", "127.0.0.0/+8,81",
            "127.0.0.0/8:80,90", " 127.0.0.0/8:80,90", "127. 0.0.0/8:80, 90", "0127.00.0.0/08:080,090",
            "127.-0.0.0/8:80,90",
        ]
    )
    func grants(line: String) { #expect(isAllowed(ByteString(line))) }

    @Test(
        "A line is passed over that authbind passes over",
        arguments: [
            " 127.0.0.1,81", "127.0.0.1 ,81", "127.0.0.1,81 x", "127.0.0.1,81 #x", "#127.0.0.1,81", "127.0.0.1,80 -90",
            "127.0.0.1,90-80", "127.0.0.1,81-", "127.0.0.1,0x51", "127.0.0.1", "127.0.0.1,", "localhost,81", "*,81",
            "127.0.0.1- 127.0.0.2,81", "127.0.0.2-127.0.0.1,81", "127.0.0.1-::1,81", "127.0.0.1/8,81",
            "127.0.0.1/33,81",
            "127.0.0.1/,81", "0.0.0.0/-0,81", "127.0.0.0/8:80-90", "127.0.0.0/8:90,80", "0.0.0.0/0:0,99999", "::/0,81",
            "127.0.0.0/8 :80,90", "127.0.0.0/8:80,90x", "0127.0.0.1,81", "127.1,81", "",
        ]
    )
    func passesOver(line: String) { #expect(!isAllowed(ByteString(line))) }

    @Test(
        "No number wraps around",
        arguments: [
            "0.0.0.0/0,1--1", "127.0.0.1,80--90", "0.0.0.0/0,4294967377", "127.0.0.0/4294967304,81",
            "0.0.0.0/0,80-4294967377", "4294967423.0.0.0/8:80,90", "127.0.0.0/4294967304:80,90",
            "0.0.0.0/0,80-99999999999999999999",
        ]
    )
    func doesNotWrapNumbersAround(line: String) { #expect(!isAllowed(ByteString(line))) }

    @Test(
        "A line allows IPv6",
        arguments: ["::1,81", "::/0,81", "::-::2,81", "0:0:0:0:0:0:0:1,81", "::0.0.0.1,81", "::1/ 128 ,81"]
    )
    func grantsIPv6(line: String) {
        #expect(isAllowed(ByteString(line), "::1"))
        #expect(!isAllowed(ByteString(line), "127.0.0.1"))
    }

    @Test(
        "A line for IPv6 is passed over that authbind passes over",
        arguments: ["[::1],81", "::1%lo,81", "::/129,81", "::1/127,81", "::/0:80,90", "0.0.0.0/0,81"]
    )
    func passesOverForIPv6(line: String) { #expect(!isAllowed(ByteString(line), "::1")) }

    @Test("A mapped address is one of IPv6 here") func takesAMappedAddressForIPv6() {
        #expect(isAllowed("::ffff:0:0/96,81", "::ffff:127.0.0.1"))
        #expect(!isAllowed("127.0.0.1,81", "::ffff:127.0.0.1"))
    }

    @Test("No part of a long line is taken for a rule") func takesNoPartOfALongLineForARule() {
        for length in [298, 299, 596, 4096] {
            let comment = "#" + String(repeating: "x", count: length - 1)
            #expect(!isAllowed(ByteString(comment + "127.0.0.1,81\n")))
            #expect(isAllowed(ByteString(comment + "\n127.0.0.1,81\n")))
        }
        let zeros = String(repeating: "0", count: 286)
        #expect(isAllowed(ByteString("127.0.0.1,\(zeros)81")))
        #expect(!isAllowed(ByteString("127.0.0.1,\(zeros)081")))
    }
}
