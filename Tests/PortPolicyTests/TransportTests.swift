// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import Testing

/// The one table of protocols, and sets of them.
@Suite struct TransportTests {
    private static let sets = (0..<TransportSet.any.rawValue + 1).map { TransportSet(rawValue: $0) }

    @Test func `no two sets are printed alike`() {
        #expect(Set(Self.sets.map(\.byteString)).count == Self.sets.count)
        #expect(TransportSet([]).byteString == "none" && TransportSet.other.byteString == "other")
        #expect(TransportSet([.tcp, .udp]).byteString == "tcp,udp" && TransportSet.any.byteString == "any")
    }

    @Test func `what is printed is read as the same set, or refused`() {
        for set in Self.sets {
            let file = RulesFile(path: "/x", content: ("allow uid 1 \(set) 80\n" as ByteString).bytes)
            let isPrintable = set == .any || (!set.isEmpty && set.transports.allSatisfy(\.isWord))
            #expect(file.isValid == isPrintable, "\(set.byteString)")
            #expect(file.rules.map(\.rule.transports) == (isPrintable ? [set] : []), "\(set.byteString)")
        }
    }

    @Test func `each number is of one protocol, and of other if it is of none`() {
        let numbers = TransportProtocol.allCases.flatMap(\.protocolNumbers)
        #expect(Set(numbers).count == numbers.count)
        for transport in TransportProtocol.allCases {
            for number in transport.protocolNumbers { #expect(TransportProtocol(protocolNumber: number) == transport) }
        }
        // SCTP, DCCP.
        for number: Int32 in [132, 33, 0, -1, .max] { #expect(TransportProtocol(protocolNumber: number) == .other) }
    }
}
