// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// What an authbind tree allows, stated once for all binds, as far as this is exactly possible.
///
/// The tree is consulted step by step, and the first existing file decides, even if it refuses. A line of a byuid file
/// therefore has no effect where a file for the port, or for the address and the port, exists: such ports and addresses
/// are removed from the line here. What depends on more than permission bits is left out, and reported; no permission
/// is ever widened.
package struct AuthbindPermissions: Sendable {
    /// All that is allowed.
    package private(set) var permissions: [PolicyPermission] = []
    /// What was left out, and why.
    package private(set) var leftOut: [PolicyDiagnostic] = []

    private let root: ByteString
    /// The ports and addresses that a file decides, so that no later file is consulted.
    private var decidedPorts: Set<Port> = []
    private var decidedPlaces: [Port: [IPAddress]] = [:]

    /// Creates empty permissions: there is no tree.
    package init() { root = "" }

    /// Determines what `tree`, which is located at `root`, allows.
    package init(_ tree: AuthbindSnapshot, at root: ByteString = "/etc/authbind") {
        self.root = root
        switch tree.byport {
        case .absent: break
        case .open(let entries): for (name, entry) in entries.sorted(by: { $0.key < $1.key }) { enterPort(name, entry) }
        case .closed(let reason):
            leaveOut("byport", reason)
            return
        }
        switch tree.byaddr {
        case .absent: break
        case .open(let entries): enterAddresses(entries)
        case .closed(let reason):
            leaveOut("byaddr", reason)
            return
        }
        for (name, reason) in tree.unreadable.sorted(by: { $0.key < $1.key }) { leaveOut("byuid/\(name)", reason) }
        for (name, content) in tree.byuid.sorted(by: { $0.key < $1.key }) { enterUser(name, content) }
    }

    private mutating func leaveOut(_ path: ByteString, _ reason: ByteString) {
        leftOut.append(PolicyDiagnostic(Message(reason), path: "\(root)/\(path)", .warning))
    }

    // MARK: - Files whose execute permission decides

    private mutating func enterPort(_ name: ByteString, _ entry: AuthbindSnapshot.Entry) {
        let path: ByteString = "byport/\(name)"
        guard let port = AuthbindNames.port(named: name) else { return }
        decidedPorts.insert(port)
        enter(entry, path, port, addresses: nil)
    }

    /// Of the two names of an address, the one that is consulted first decides.
    private mutating func enterAddresses(_ entries: [ByteString: AuthbindSnapshot.Entry]) {
        for name in entries.keys.sorted() {
            guard let (address, port) = AuthbindNames.place(named: name), !decidedPorts.contains(port),
                decidedPlaces[port]?.contains(address) != true
            else { continue }
            for path in AuthbindNames.executables(at: address, port) {
                guard let entry = entries[ByteString(path.bytes.dropFirst("byaddr/".utf8.count))] else { continue }
                decidedPlaces[port, default: []].append(address)
                enter(entry, path, port, addresses: AddressSpan(address))
                break
            }
        }
    }

    private mutating func enter(
        _ entry: AuthbindSnapshot.Entry,
        _ path: ByteString,
        _ port: Port,
        addresses: AddressSpan?
    ) {
        if let oddity = entry.oddity { return leaveOut(path, oddity) }
        guard let holders = Self.holders(of: entry) else {
            let reason: ByteString = "mode \(entry.mode): some are refused for what others have"
            return leaveOut(path, reason)
        }
        for principal in holders {
            let location = RuleLocation(file: "\(root)/\(path)", line: 0)
            permissions.append(PolicyPermission(principal, PortRange(port), at: addresses, from: location))
        }
    }

    /// The principals that may execute the file, according to access(2); nil if the mode denies some users what it
    /// grants others.
    private static func holders(of entry: AuthbindSnapshot.Entry) -> [Principal]? {
        let bits = entry.mode.rawValue & 0o111
        if bits == 0 { return [] }
        // Root may execute every file with an execute bit.
        let isOfRoot = entry.owner == .root
        let owner: [Principal] = isOfRoot || bits & 0o100 == 0 ? [] : [.userID(entry.owner)]
        switch (bits & 0o010 != 0, bits & 0o001 != 0) {
        case (true, true): return isOfRoot || bits & 0o100 != 0 ? [.everyone] : nil
        case (false, true): return nil
        case (true, false):
            return isOfRoot || bits & 0o100 != 0 ? [.userID(.root), .groupID(entry.group)] + owner : nil
        case (false, false): return [.userID(.root)] + owner
        }
    }

    // MARK: - Files whose lines decide

    private mutating func enterUser(_ name: ByteString, _ content: [UInt8]) {
        guard let (user, isMarked) = AuthbindNames.user(named: name) else { return }
        // The owner of the file need not be root, and must not be able to keep root busy for minutes.
        guard content.count <= RulesFile.maximumSize else {
            return leaveOut("byuid/\(name)", "is larger than \(RulesFile.maximumSize) bytes")
        }
        for (index, line) in ByteString(content).split(on: UInt8(ascii: "\n")).enumerated() {
            guard let rule = ByuidFile.rule(on: line.bytes[...]), let addresses = rule.addresses,
                let ports = isMarked ? rule.ports(from: 512, to: 65535) : rule.ports(from: 1, to: 511)
            else { continue }
            let location = RuleLocation(file: "\(root)/byuid/\(name)", line: index + 1)
            for ports in undecided(ports) { enter(user, ports, addresses, location) }
        }
    }

    /// The rest of `ports` without those that a file of `byport` decides.
    private func undecided(_ ports: PortRange) -> [PortRange] {
        decidedPorts.filter(ports.contains).reduce([ports]) { rest, port in
            rest.flatMap { $0.subtracting(PortRange(port)) }
        }
    }

    private mutating func enter(_ user: UserID, _ ports: PortRange, _ addresses: AddressSpan, _ location: RuleLocation)
    {
        func add(_ ports: PortRange, _ addresses: AddressSpan) {
            permissions.append(PolicyPermission(.userID(user), ports, at: addresses, from: location))
        }
        var whole = [ports]
        for (port, places) in decidedPlaces where ports.contains(port) {
            let inside = places.filter(addresses.contains)
            if inside.isEmpty { continue }
            whole = whole.flatMap { $0.subtracting(PortRange(port)) }
            let rest = inside.reduce([addresses]) { rest, place in rest.flatMap { $0.subtracting(place) } }
            for span in rest { add(PortRange(port), span) }
        }
        for ports in whole { add(ports, addresses) }
    }
}

extension SourceSnapshot {
    /// What the tree allows.
    package init(_ tree: AuthbindPermissions) {
        self.init(of: .authbind)
        (permissions, leftOut) = (tree.permissions, tree.leftOut)
    }
}
