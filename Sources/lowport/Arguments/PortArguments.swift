// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// One word of ports on the command line: `80`, `80,443`, `8000-8010` or `https`.
struct PortList: ExpressibleByArgument {
    let ranges: [PortRange]

    init?(argument: String) {
        var ranges: [PortRange] = []
        for part in ByteString(argument).split(on: UInt8(ascii: ",")) {
            guard let range = Self.range(part) else { return nil }
            ranges.append(range)
        }
        self.ranges = ranges
    }

    /// `80`, `8000-8010` or a name of services(5). A name wins over a range, since names may have a dash in them.
    private static func range(_ text: ByteString) -> PortRange? {
        if let port = port(text) { return PortRange(port) }
        let ends = text.split(on: UInt8(ascii: "-"))
        guard ends.count == 2, let lower = port(ends[0]), let upper = port(ends[1]) else { return nil }
        return PortRange(lower, upper)
    }

    private static func port(_ text: ByteString) -> Port? {
        if let number = UInt16(text.description), number > 0, text.bytes.first != UInt8(ascii: "0") {
            return text.bytes.first == UInt8(ascii: "+") ? nil : Port(rawValue: number)
        }
        return Services.port(named: text)
    }
}

extension [PortList] {
    /// All ports, joined in the order in which they were given, without repetition.
    var ranges: [PortRange] {
        reduce(into: []) { all, list in all += list.ranges.filter { !all.contains($0) } }
    }
}
