// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// The text of IPv6 addresses beside the C library's.
@Suite struct IPv6TextTests {
    private func parsed(_ text: String) -> [UInt8]? {
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
    }

    private func written(_ bytes: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: 46)
        return unsafe String(cString: inet_ntop(AF_INET6, bytes, &buffer, 46))
    }

    @Test("IPv6 addresses are written as the C library writes them") func isWrittenAsTheCLibraryWritesIt() throws {
        var random = SplitMix(seed: 6)
        for _ in 0..<20_000 {
            // Every pattern of zeros, and groups of every length.
            let zeros = UInt8.random(in: 0...255, using: &random)
            var bytes: [UInt8] = []
            for group in 0..<8 {
                let value = UInt16.random(in: 0...0xFFFF, using: &random) >> UInt16.random(in: 0...15, using: &random)
                let mapped = group == 5 && zeros & 7 == 7
                let number = mapped ? 0xFFFF : zeros >> UInt8(group) & 1 == 1 ? 0 : value
                bytes += [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
            }
            let address = try #require(IPv6Address(networkBytes: bytes))
            #expect(address.byteString.description == written(bytes))
        }
    }

    @Test("IPv6 addresses are read as the C library reads them") func isReadAsTheCLibraryReadsIt() {
        var random = SplitMix(seed: 7)
        let parts = [
            ":", ":", "::", "0", "1", "ffff", "FFFF", "12345", "0001", "1.2.3.4", "255", ".", "g", "::1", " ",
            "1:2:3:4:5:6:",
        ]
        for _ in 0..<50_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...14, using: &random) { text += parts.randomElement(using: &random) ?? "" }
            #expect(IPv6Address(ByteString(text))?.networkBytes == parsed(text), "\(text)")
        }
        #expect(IPv6Address(ByteString([0x3A, 0x3A, 0])) == nil)
    }
}
