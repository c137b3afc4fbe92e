// SPDX-License-Identifier: Apache-2.0
internal import KernelPolicy
internal import Linux
internal import PortPolicy

/// An event as text and as JSON.
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
    /// The name that the thread gives itself, and the file that granted the bind, byte for byte.
    private let program: ByteString
    private let grantor: ByteString?

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
        command = event.command.jsonText
        program = event.command
        grantor = file
        cgroup = event.cgroup
        network = event.network
        transport = event.transport.name.description
        address = event.address.byteString.description
        port = event.port.rawValue
        self.file = file?.jsonText
        line = file == nil ? nil : event.line
    }

    /// `2026-12-01T12:00:00Z granted uid 1001 (program "nginx", pid 4711) tcp 0.0.0.0:80 by /etc/lowport/rules:3`.
    var text: ByteString {
        let place: ByteString = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        let reason: ByteString =
            switch outcome {
            case "granted": "by \(grantor?.fieldOfLog ?? "?"):\(line ?? 0)"
            case "left": "to the kernel"
            default: "since the rules do not allow it"
            }
        let who: ByteString = "uid \(uid) (program \(program.quotedForLog), pid \(pid))"
        return "\(time) \(outcome) \(who) \(transport) \(place) \(reason)"
    }
}
