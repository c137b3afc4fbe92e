// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

@testable import LowportNetcat

/// The table of the flows, compared with a list.
@Suite struct DatagramFlowsTests {
    private func path(_ number: Int) -> DatagramPath {
        DatagramPath(to: SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: UInt16(number))))
    }

    /// No descriptor: closing it does nothing.
    private var nothing: FileDescriptor { FileDescriptor(owning: -1) }

    @Test(arguments: 0..<8) func `the table finds what a list finds`(_ part: Int) throws {
        var random = SplitMix(seed: UInt64(part))
        var flows = DatagramFlows()
        // The ports with their numbers, the one that was not used for longest first.
        var list: [(port: Int, number: Int)] = []
        let ports = [8, 40, 400, 4000][part % 4]
        for _ in 0..<4000 {
            let port = Int.random(in: 1...ports, using: &random)
            let known = list.firstIndex { $0.port == port }
            #expect(flows.number(along: path(port)) == known.map { list[$0].number })
            switch (known, Int.random(in: 0..<3, using: &random)) {
            case (let known?, 0):
                flows.remove(list[known].number)
                #expect(flows[list[known].number] == nil)
                list.remove(at: known)
            case (let known?, _):
                flows.use(list[known].number, .now)
                list.append(list.remove(at: known))
            case (nil, 0) where !list.isEmpty:
                flows.remove(flows.oldest)
                list.removeFirst()
            case (nil, _):
                let number = flows.add(path(port), nothing)
                #expect(flows[number]?.path == path(port))
                #expect(!list.contains { $0.number == number })
                list.append((port, number))
            }
            #expect(flows.count == list.count)
            #expect(flows.oldest == list.first?.number ?? -1)
        }
        for (port, number) in list { #expect(flows.number(along: path(port)) == number) }
    }
}
