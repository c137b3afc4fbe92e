// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import KernelPolicy
internal import Linux
internal import PortPolicy

/// An event as it is written, for people and as JSON.
struct LoggedBind: Encodable {
    let schema = "lowport.log/1"
    let time: String
    let outcome: String
    let uid: UInt32
    let gid: UInt32
    let pid: UInt32
    let command: String
    let cgroup: UInt64
    let network: UInt64
    let transport: String
    let address: String
    let port: UInt16
    let file: String?
    let line: UInt32?

    private enum CodingKeys: String, CodingKey {
        case schema, time, outcome, uid, gid, pid, command, cgroup, network, address, port, file, line
        case transport = "protocol"
    }

    init(_ event: BindEvent, file: ByteString?) {
        let since = Int64(truncatingIfNeeded: event.time)
        time = Timestamp(rawValue: (KernelClock.start + since) / 1_000_000_000).byteString.description
        outcome =
            switch event.outcome {
            case .granted: "granted"
            case .left: "left"
            case .refused: "refused"
            }
        uid = event.user.rawValue
        gid = event.group.rawValue
        pid = event.process
        command = Self.printable(event.command)
        cgroup = event.cgroup
        network = event.network
        transport =
            switch event.transport {
            case .tcp: "tcp"
            case .udp: "udp"
            case .other: "other"
            }
        address = event.address.byteString.description
        port = event.port.rawValue
        self.file = file.map(Self.printable)
        line = file == nil ? nil : event.line
    }

    /// `2026-12-01T12:00:00Z granted uid 1001 (nginx, pid 4711) tcp 0.0.0.0:80 by /etc/lowport/rules:3`.
    var text: ByteString {
        let place = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        let reason =
            switch outcome {
            case "granted": "by \(file ?? "?"):\(line ?? 0)"
            case "left": "to the kernel"
            default: "since the rules do not allow it"
            }
        return ByteString("\(time) \(outcome) uid \(uid) (\(command), pid \(pid)) \(transport) \(place) \(reason)")
    }

    /// A program calls itself what it likes; the line stays one line of printable ASCII.
    private static func printable(_ text: ByteString) -> String {
        ByteString(text.bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }).description
    }
}

/// Writes `value` as one JSON object on one line.
func sayJSONLine(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try say(ByteString([UInt8](encoder.encode(value))))
}
