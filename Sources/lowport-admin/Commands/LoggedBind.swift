// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// The result of a bind, for people: also the words of the counts in `lowport enforce status`.
enum BindResult: String, Encodable {
    case allowedByRule = "allowed by rule"
    case allowedByCapability = "allowed by capability"
    /// The port became unprivileged after the policy was applied, or is so in the network namespace.
    case allowedAsUnprivileged = "allowed as unprivileged"
    case refused
    /// The answer of the kernel is unknown.
    case left = "left to the kernel"
}

/// An event as text and as JSON.
struct LoggedBind: Encodable {
    let schema = "lowport.log/1"
    let time: String
    let result: BindResult
    let reason: String
    let outcome: String
    let uid: UInt32
    let user: String?
    let gid: UInt32
    let pid: UInt32
    let command: String
    /// The path of the program; nil if it is not known.
    let executable: String?
    /// The file of the program, as `MAJOR:MINOR:INODE` in decimal; nil if the kernel does not describe its structures.
    let executableInode: String?
    let cgroup: UInt64
    let network: UInt64
    let transport: String
    let address: String
    let port: UInt16
    let file: String?
    let line: UInt32?
    /// The name of the user, the name that the thread gives itself, and the reason, byte for byte.
    private let userName: ByteString?
    private let program: ByteString
    private let grounds: ByteString
    /// The path of the program, or what is known instead; nil if nothing is.
    private let binary: ByteString?

    private enum CodingKeys: String, CodingKey {
        case schema, time, result, reason, outcome, uid, user, gid, pid, command, cgroup, network, address, port, file,
            line, executable, executableInode
        case transport = "protocol"
    }

    /// - Parameters:
    ///   - executable: the path of the program; nil if it is not known.
    ///   - name: the name of the user; nil if there is none.
    init(_ event: BindEvent, file: ByteString?, executable: ByteString?, userName name: ByteString?) {
        let since = Int64(truncatingIfNeeded: event.time)
        time = Timestamp(rawValue: (KernelClock.start + since) / 1_000_000_000).byteString.description
        outcome =
            switch event.outcome {
            case .granted: "granted"
            case .left: "left"
            case .refused: "refused"
            }
        (result, grounds) = Self.result(of: event, file: file)
        reason = grounds.jsonText
        uid = event.user.rawValue
        user = name?.jsonText
        userName = name
        gid = event.group.rawValue
        pid = event.process
        command = event.command.jsonText
        program = event.command
        self.executable = executable?.jsonText
        executableInode = event.executable?.byteString.description
        binary = executable ?? event.executable?.byteString
        cgroup = event.cgroup
        network = event.network
        transport = event.transport.name.description
        address = event.address.byteString.description
        port = event.port.rawValue
        self.file = file?.jsonText
        line = file == nil ? nil : event.line
    }

    private static func result(of event: BindEvent, file: ByteString?) -> (BindResult, ByteString) {
        let rule: ByteString = "\(file?.fieldOfLog ?? "?"):\(event.line)"
        // A rule for a confined program says how far its capability goes.
        let isNarrowed = event.outcome == .left && event.source != 0
        return switch (event.outcome, event.check) {
        case (.granted, _): (.allowedByRule, "by \(rule)")
        case (.left, .capability) where isNarrowed:
            (.allowedByCapability, "with CAP_NET_BIND_SERVICE, as far as \(rule) allows")
        case (.left, .noCapability) where isNarrowed:
            (.refused, "since \(rule) is for a confined program, and the process lacks CAP_NET_BIND_SERVICE")
        case (.refused, _): (.refused, "since no rule allows it, and the process is confined")
        case (.left, .capability): (.allowedByCapability, "with CAP_NET_BIND_SERVICE")
        case (.left, .unprivileged): (.allowedAsUnprivileged, "since the port needs no permission there")
        case (.left, .noCapability): (.refused, "since no rule allows it")
        case (.left, .unknown): (.left, "which allows it only with CAP_NET_BIND_SERVICE")
        }
    }

    /// `2026-12-01T12:00:00Z allowed by rule uid 1001 (user web, program "nginx", executable /usr/sbin/nginx, pid 4711)
    /// tcp 0.0.0.0:80 by /etc/lowport/rules:3`.
    var text: ByteString {
        let place: ByteString = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        let name: ByteString = userName.map { "user \($0.fieldOfLog), " } ?? ""
        let file: ByteString = binary.map { "executable \($0.fieldOfLog), " } ?? ""
        let who: ByteString = "uid \(uid) (\(name)program \(program.quotedForLog), \(file)pid \(pid))"
        return "\(time) \(result.rawValue) \(who) \(transport) \(place) \(grounds)"
    }
}
