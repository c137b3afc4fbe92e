// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux
import Testing

@Suite struct FileCapabilitiesTests {
    private static let kernel = KernelCapabilities(count: 41)

    /// Texts, and the attributes that libcap 2.66 writes for them.
    @Test(
        "Capabilities become the attribute that the kernel reads",
        arguments: [
            ("cap_net_raw=ep", 0, "0100000200200000000000000000000000000000"),
            ("cap_net_raw+p", 0, "0000000200200000000000000000000000000000"),
            ("cap_net_raw+ei", 0, "0100000200000000002000000000000000000000"),
            ("=ep", 0, "01000002ffffffff00000000ff01000000000000"),
            ("=", 0, "0000000200000000000000000000000000000000"),
            ("=e", 0, "0100000200000000000000000000000000000000"),
            ("cap_bpf=ep", 0, "0100000200000000000000008000000000000000"),
            ("63=ep", 0, "0100000200000000000000000000008000000000"),
            ("cap_net_raw=ep cap_chown=e", 0, "0100000200200000000000000000000000000000"),
            ("cap_net_raw=ep", 1000, "0100000300200000000000000000000000000000e8030000"),
            ("cap_kill=i", 7, "000000030000000020000000000000000000000007000000"),
        ] as [(ByteString, UInt32, ByteString)]
    )
    func encodes(text: ByteString, root: UInt32, attribute: ByteString) throws {
        let state = try CapabilityState(text: text, kernel: Self.kernel)
        let capabilities = try #require(FileCapabilities(state, rootUser: UserID(rawValue: root)))
        #expect(hexadecimal(capabilities.attribute) == attribute)
        #expect(try FileCapabilities(attribute: capabilities.attribute) == capabilities)
    }

    @Test(
        "A file cannot have a part of its capabilities effective",
        arguments: ["cap_net_raw=ep cap_chown=i", "cap_chown=p cap_kill=e", "cap_chown=ep cap_kill=p"] as [ByteString]
    )
    func refusesPartlyEffective(text: ByteString) throws {
        let state = try CapabilityState(text: text, kernel: Self.kernel)
        #expect(FileCapabilities(state) == nil)
    }

    @Test("An attribute of revision 1 is read") func decodesRevision1() throws {
        let attribute: [UInt8] = [1, 0, 0, 1, 0, 0x20, 0, 0, 1, 0, 0, 0]
        let expected = FileCapabilities(permitted: [.netRaw], inheritable: [.chown], isEffective: true)
        #expect(try FileCapabilities(attribute: attribute) == expected)
    }

    @Test("Unknown flags are ignored") func ignoresUnknownFlags() throws {
        let attribute: [UInt8] = [3, 0, 0, 2, 1] + Array(repeating: 0, count: 15)
        #expect(try FileCapabilities(attribute: attribute) == FileCapabilities(permitted: [.chown], isEffective: true))
    }

    @Test("Every bit is where it belongs") func decodesEveryBitWhereItBelongs() throws {
        for number in 0..<64 {
            let bit = CapabilitySet(rawValue: 1 << UInt64(number))
            for capabilities in [FileCapabilities(permitted: bit), FileCapabilities(inheritable: bit)] {
                #expect(try FileCapabilities(attribute: capabilities.attribute) == capabilities)
            }
        }
    }

    @Test("An attribute of a wrong size is refused", arguments: [0, 3, 4, 11, 12, 13, 19, 21, 24])
    func refusesWrongSize(count: Int) {
        var attribute = [UInt8](repeating: 0, count: count)
        if count > 3 { attribute[3] = 2 }
        #expect(throws: count > 3 ? CapabilityAttributeError.wrongSize : .unknownRevision) {
            try FileCapabilities(attribute: attribute)
        }
    }

    @Test("An attribute of an unknown revision is refused", arguments: [0, 4, 255] as [UInt8])
    func refusesUnknownRevision(revision: UInt8) {
        #expect(throws: CapabilityAttributeError.unknownRevision) {
            try FileCapabilities(attribute: [0, 0, 0, revision] + Array(repeating: 0, count: 16))
        }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> ByteString {
    let digits = Array("0123456789abcdef".utf8)
    return ByteString(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
