// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LowportLinux

/// What the kernel says in files and answers, with numbers that do not fit and places that are not there.
@Suite struct KernelTextTests {
    @Test func `the status of a process has no number that does not fit`() throws {
        let text =
            "Name:\tx\nTgid:\t7\nUid:\t1000\t0\t0\t0\nGid:\t8\t0\t0\t0\nGroups:\t27 \n"
            + "CapPrm:\t0000000000000400\nCapEff:\t0000000000000400\n"
        func changed(_ old: String, _ new: String) -> ProcessStatus? {
            ProcessStatus(Array(text.replacing(old, with: new).utf8))
        }
        let plain = try #require(changed("Name", "Name"))
        #expect(plain.process == 7 && plain.users[0].rawValue == 1000 && plain.groups[0].rawValue == 8)
        #expect(plain.effective == [.netBindService])
        #expect(changed("1000", "4294967296") == nil)
        #expect(changed("Gid:\t8", "Gid:\t4294967304") == nil)
        #expect(changed("Tgid:\t7", "Tgid:\t4294967303") == nil)
        #expect(changed("0000000000000400", "10000000000000400") == nil)
        #expect(changed("1000", "18446744073709552616") == nil)
    }

    @Test func `a user who is mapped to no number is nobody`() {
        func outer(_ user: UInt32, _ map: ByteString) -> UInt32? {
            Namespaces.outerUser(of: UserID(rawValue: user), in: map)?.rawValue
        }
        #expect(outer(5, "         0     100000      65536\n") == 100_005)
        #expect(outer(5, "0 0 4294967295\n") == nil)
        #expect(outer(5, "0 4294967295 4294967294\n") == nil)
        #expect(outer(5, "4294967296 100000 10\n") == nil)
        #expect(outer(5, "0 x 100000 10\n") == nil)
    }

    @Test func `the first port for everybody is a number up to 65536`() {
        #expect(PortThreshold.number(in: Array("1024\n".utf8)) == 1024)
        #expect(PortThreshold.number(in: Array("65536".utf8)) == 65536)
        for text in ["65616", "999999", "x", "", "-1"] { #expect(PortThreshold.number(in: Array(text.utf8)) == nil) }
        #expect(PortThreshold.firstPort(ofRange: Array("32768\t60999\n".utf8)) == 32768)
        #expect(PortThreshold.firstPort(ofRange: Array("1 65535".utf8)) == 1)
        for text in ["32768\n", "1 2 3", "x 60999", "32768 99999", "", "-1 2"] {
            #expect(PortThreshold.firstPort(ofRange: Array(text.utf8)) == nil)
        }
    }

    /// An answer of sock_diag(7) about one socket, with these attributes.
    private func answer(_ attributes: [UInt8]) -> [UInt8] {
        var message = [UInt8](repeating: 0, count: 88)
        message[0] = UInt8(88 + attributes.count)
        message[84] = 5
        return message + attributes
    }

    @Test func `an attribute of a socket says only what it holds`() {
        #expect(SocketList.ipv6Only(in: answer([5, 0, 11, 0, 1, 0, 0, 0])) == [5])
        #expect(SocketList.ipv6Only(in: answer([5, 0, 11, 0, 0, 0, 0, 0])) == [])
        // Nothing, with another attribute behind it; and more than there is.
        #expect(SocketList.ipv6Only(in: answer([4, 0, 11, 0, 5, 0, 1, 0, 1, 0, 0, 0])) == [])
        #expect(SocketList.ipv6Only(in: answer([80, 0, 11, 0, 1, 0, 0, 0])) == [])
    }

    /// Types of one structure `s` of eight bytes with one member `a`.
    private func types(_ place: UInt32, hasWidths: Bool = false) -> KernelTypes? {
        func bytes(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) } }
        let names: [UInt8] = [0, 0x73, 0, 0x61, 0]
        let header: [UInt32] = [24, 0, 24, 24, UInt32(names.count)]
        let type: [UInt32] = [1, (hasWidths ? 1 << 31 : 0) | 4 << 24 | 1, 8, 3, 0, place]
        return KernelTypes([0x9F, 0xEB, 1, 0] + (header + type).flatMap(bytes) + names)
    }

    @Test func `a member that is not within its structure is not there`() {
        #expect(types(32)?.structure("s")?.offset("a") == 4)
        #expect(types(64)?.structure("s")?.offset("a") == nil)
        #expect(types(8 * 4000)?.structure("s")?.offset("a") == nil)
        let bit: UInt32 = 1 << 24
        #expect(types(bit | 63, hasWidths: true)?.structure("s")?.bit("a") == KernelTypes.Bit(offset: 7, mask: 0x80))
        #expect(types(bit | 64, hasWidths: true)?.structure("s")?.bit("a") == nil)
    }
}
