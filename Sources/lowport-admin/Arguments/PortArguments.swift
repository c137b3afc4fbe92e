// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// Ports on the command line, separated by commas.
struct PortList {
    let ranges: [PortRange]
    /// The protocols behind the ports, as in `53/udp`; nil if there are none.
    var transports: TransportSet?

    /// Parses ports, ranges and service names; throws an error about the first invalid part.
    static func parse(_ argument: String) throws -> PortList {
        var list = PortList(ranges: [])
        for (index, part) in ByteString(argument: argument).split(on: UInt8(ascii: ",")).enumerated() {
            let words = part.split(on: UInt8(ascii: "/"))
            guard let range = range(words[0]) else { throw ValidationError(errorText(about: words[0])) }
            var transports: TransportSet?
            if words.count > 1 {
                guard words.count == 2, let word = TransportProtocol.words.first(where: { $0.name == words[1] }) else {
                    throw ValidationError("expected tcp or udp after the slash")
                }
                transports = TransportSet(word)
            }
            guard index == 0 || transports == list.transports else {
                throw ValidationError("the ports of one command have one protocol: use a command for each")
            }
            list = PortList(ranges: list.ranges + [range], transports: transports)
        }
        return list
    }

    /// Parses ports without a protocol.
    static func parseWithoutProtocol(_ argument: String) throws -> PortList {
        let list = try parse(argument)
        if list.transports != nil { throw ValidationError("expected ports without a protocol") }
        return list
    }

    /// Parses a single port.
    static func parseOne(_ argument: String) throws -> PortList {
        let list = try parse(argument)
        guard list.ranges.count == 1, list.ranges[0].lower == list.ranges[0].upper else {
            throw ValidationError("expected a single port")
        }
        return list
    }

    /// The single port.
    var port: Port { ranges[0].lower }

    private static func errorText(about text: ByteString) -> String {
        if !text.isEmpty, text.bytes.allSatisfy(Digits.isDecimal) { return "a port is a number from 1 to 65535" }
        let ends = text.split(on: UInt8(ascii: "-"))
        if ends.count == 2, let last = port(ends[0]), let first = port(ends[1]) {
            return "the range ends before it begins; did you mean \(first)-\(last)?"
        }
        if text.bytes.first.map(Digits.isDecimal) ?? true {
            return "expected a port, a range such as 8000-8010 or the name of a service"
        }
        let near = Spelling.nearest(to: text, among: serviceNames).map { "; did you mean \($0)?" } ?? ""
        return "there is no service of that name\(near)"
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

extension [PortList] {
    /// All ports, in the order in which they were given, without repetition.
    var ranges: [PortRange] {
        reduce(into: []) { all, list in all += list.ranges.filter { !all.contains($0) } }
    }
}

/// `--tcp` and `--udp` of the verbs that are about one port.
struct TransportOptions: ParsableArguments {
    @Flag(help: "TCP, as without this.")
    var tcp = false

    @Flag(help: "UDP instead of TCP; a port may also be written 53/udp.")
    var udp = false

    /// The protocol for a port; throws if there are two.
    func transport(of port: PortList?) throws -> TransportProtocol {
        let all = (tcp ? [TransportSet.tcp] : []) + (udp ? [.udp] : []) + (port?.transports.map { [$0] } ?? [])
        guard Set(all).count <= 1 else { throw ValidationError("the port has two protocols: give one of them") }
        return TransportProtocol.words.first { TransportSet($0) == all.first } ?? .tcp
    }
}
