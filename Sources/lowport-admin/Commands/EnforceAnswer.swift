// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// What the kernel enforces, as text and as JSON: everything for root, and for others what root has written for them.
struct EnforceAnswer: Encodable {
    /// A confined user or group.
    struct Confined: Encodable {
        /// `everyone`, `root`, `user` or `group`.
        let kind: String
        var id: UInt32?
        var name: String?
    }

    let schema = "lowport.enforce/1"
    var enabled = true
    /// Whether the answer comes from the file for everybody, because the caller is not root.
    var fromStateFile = false
    var limit: UInt16?
    var network: UInt64?
    var networkPath: String?
    var cgroup: UInt64?
    var cgroupPath: String?
    var rules: UInt64?
    var entries: UInt64?
    var applied: String?
    var current: Bool?
    var faulty: Bool?
    var halfChanged: Bool?
    var confines: Bool?
    var confined: [Confined]?
    var granted: UInt64?
    var left: UInt64?
    var refused: UInt64?
    var binds: BindTotals?
    var eventsLost: UInt64?
    /// The lines of the text.
    private(set) var lines: [ByteString] = []

    private enum CodingKeys: String, CodingKey {
        case schema, enabled, fromStateFile, limit, network, networkPath, cgroup, cgroupPath, rules, entries, applied
        case current, faulty, halfChanged, confines, confined, granted, left, refused, binds, eventsLost
    }

    /// Creates the answer that nothing is enforced.
    init() { enabled = false }

    init(_ status: EngineStatus) {
        let settings = status.settings
        limit = settings.limit.rawValue
        network = settings.network
        let networkFile = settings.network.flatMap { NetworkPaths.path(of: $0) }
        networkPath = networkFile?.jsonText
        cgroup = status.cgroup
        cgroupPath = status.group?.jsonText
        rules = settings.rules
        entries = settings.entries
        let time = Timestamp(rawValue: settings.applied).byteString
        applied = time.description
        current = status.isCurrent
        faulty = status.hasErrors
        halfChanged = status.isHalfChanged
        confines = status.confinement.map { !$0.isEmpty }
        let principals = status.confinement.map { Self.principals(in: $0) }
        confined = principals?.map(\.json)
        granted = status.granted
        left = status.left.values.reduce(0, +)
        refused = status.refused
        let totals = BindTotals(status)
        binds = totals
        eventsLost = status.dropped

        let inode: ByteString = "inode \(ByteString(decimal: status.cgroup))"
        add(limit: settings.limit.rawValue, network: settings.network, networkFile)
        lines.append("control group: \(status.group.map { "\($0) (\(inode))" } ?? inode)")
        add(rules: settings.rules, applied: time)
        addWarnings()
        lines.append("binds: \(totals.text)")
        lines.append("confined: \(principals.map { Self.list($0.map(\.text)) } ?? "not known")")
        if status.dropped > 0 { lines.append("events lost: \(status.dropped) (see lowport-log(1))") }
    }

    /// Creates the answer for a caller who is not root.
    init(_ state: EngineState) {
        fromStateFile = true
        network = state.network
        let group = ControlGroups.path(named: state.cgroup)
        cgroupPath = group?.jsonText
        current = state.isCurrent
        add(limit: state.details?.limit, network: state.network, nil)
        lines.append("control group: \(group ?? "\(state.cgroup), which is not to be seen from here")")
        if let details = state.details {
            limit = details.limit
            rules = details.rules
            faulty = details.hasErrors
            confines = details.confines
            let time = Timestamp(rawValue: Int64(clamping: details.applied)).byteString
            applied = time.description
            add(rules: details.rules, applied: time)
        }
        addWarnings()
        if let confines { lines.append("confined: \(confines ? "some users or groups" : "nobody")") }
        lines.append("only root sees the binds, and who is confined: sudo lowport enforce status")
    }

    // MARK: - Text

    private mutating func add(limit: UInt16?, network: UInt64?, _ path: ByteString?) {
        var line: ByteString = "enabled"
        if let limit { line += " for ports below \(ByteString(decimal: UInt64(limit)))" }
        guard let network else { return lines.append(line + ", in all network namespaces") }
        let number = ByteString(decimal: network)
        let isOwn = (try? networkNamespaceCookie()) == network
        let place = path ?? (isOwn ? "of this process" : nil)
        lines.append(line + ", in the network namespace \(place.map { "\($0) (cookie \(number))" } ?? number)")
    }

    private mutating func add(rules: UInt64?, applied: ByteString) {
        let count: ByteString =
            switch rules {
            case nil: "an unknown number of rules"
            case 1: "1 rule"
            case let number?: "\(ByteString(decimal: number)) rules"
            }
        lines.append("policy: \(count), applied \(applied)")
    }

    private mutating func addWarnings() {
        if current == false {
            let isThreshold = EngineState.current()?.isThresholdCurrent == false
            let what: ByteString = isThreshold ? "the first unprivileged port" : "files"
            lines.append("\(what) changed since then, and the kernel does not know it: sudo lowport enforce reload")
        }
        if faulty == true {
            lines.append(
                "applied with errors: files with errors allow nothing, and confined users stay confined (see lowport check)"
            )
        }
        if halfChanged == true {
            lines.append(
                "a change did not get to its end: IPv4 and IPv6 have different policies: sudo lowport enforce reload"
            )
        }
    }

    private static func list(_ words: [ByteString]) -> ByteString {
        guard let first = words.first else { return "nobody" }
        let list = words.dropFirst().prefix(31).reduce(first) { "\($0), \($1)" }
        return words.count > 32 ? "\(list) and \(words.count - 32) more (see --json)" : list
    }

    private static func principals(in confinement: LowportKernelPolicy.Confinement) -> [(
        json: Confined, text: ByteString
    )] {
        var principals: [(json: Confined, text: ByteString)] = []
        if confinement.includesEveryone { principals.append((Confined(kind: "everyone"), "everyone")) }
        if confinement.includesRoot { principals.append((Confined(kind: "root"), "root")) }
        for user in confinement.users.sorted(by: { $0.rawValue < $1.rawValue }) {
            let name = Accounts.name(of: user)
            let json = Confined(kind: "user", id: user.rawValue, name: name?.jsonText)
            principals.append((json, name.map { "user \($0) (uid \(user))" } ?? "uid \(user)"))
        }
        for group in confinement.groups.sorted(by: { $0.rawValue < $1.rawValue }) {
            let name = Accounts.name(of: group)
            let json = Confined(kind: "group", id: group.rawValue, name: name?.jsonText)
            principals.append((json, name.map { "group \($0) (gid \(group))" } ?? "gid \(group)"))
        }
        for program in confinement.programs.sorted(by: { ($0.device, $0.number) < ($1.device, $1.number) }) {
            let name: ByteString =
                "program with inode \(program.number) on device \(program.device >> 20):\(program.device & 0xFFFFF)"
            principals.append((Confined(kind: "program", name: name.jsonText), name))
        }
        return principals
    }
}
