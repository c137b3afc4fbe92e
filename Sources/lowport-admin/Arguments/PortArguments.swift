// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// Ports on the command line, separated by commas.
struct PortList {
    let ranges: [PortRange]

    /// Parses ports, ranges and service names; throws an error about the first invalid part.
    static func parse(_ argument: String) throws -> PortList {
        PortList(
            ranges: try ByteString(argument: argument).split(on: UInt8(ascii: ",")).map { part in
                guard let range = range(part) else { throw ValidationError(errorText(about: part)) }
                return range
            }
        )
    }

    private static func errorText(about text: ByteString) -> String {
        if !text.isEmpty, text.bytes.allSatisfy(Digits.isDecimal) { return "A port is a number 1-65535." }
        if text.bytes.first.map(Digits.isDecimal) ?? true {
            return "Expected a port, a range such as 8000-8010 or the name of a service."
        }
        let near = Spelling.nearest(to: text, among: serviceNames).map { "; did you mean \($0)?" } ?? "."
        return "There is no service of that name\(near)"
    }

    /// The names in /etc/services (services(5)).
    private static var serviceNames: [ByteString] {
        let content = (try? FileDescriptor.open("/etc/services", .readOnly).readToEnd(limit: 4 << 20)) ?? []
        return content.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let name = line.prefix { $0 > 0x20 && $0 != UInt8(ascii: "#") }
            return name.isEmpty ? nil : ByteString(name)
        }
    }

    /// `80`, `8000-8010`, a name of services(5) or two names with a dash between them.
    ///
    /// A complete name takes precedence over a range, because names may contain a dash.
    private static func range(_ text: ByteString) -> PortRange? {
        if let range = PortRange(text: text) { return range }
        if let port = Services.port(named: text) { return PortRange(port) }
        let ends = text.split(on: UInt8(ascii: "-"))
        guard ends.count == 2, let lower = port(ends[0]), let upper = port(ends[1]) else { return nil }
        return PortRange(lower, upper)
    }

    private static func port(_ text: ByteString) -> Port? { PortRange(text: text)?.lower ?? Services.port(named: text) }
}

extension PortList: ExpressibleByArgument {
    init?(argument: String) {
        guard let list = try? PortList.parse(argument) else { return nil }
        self = list
    }
}

extension [PortList] {
    /// All ports, in the order in which they were given, without repetition.
    var ranges: [PortRange] {
        reduce(into: []) { all, list in all += list.ranges.filter { !all.contains($0) } }
    }
}
