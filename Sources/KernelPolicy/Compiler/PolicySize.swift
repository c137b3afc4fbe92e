// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// How many entries a policy comes to in the kernel, found out before any is made.
///
/// There is one for each identity, protocol, port and prefix, so that a line of thirty bytes may mean thousands, and a file
/// that can be read without trouble more than the machine has memory for.
struct PolicySize {
    /// The most entries that the rules may come to.
    static var maximum: Int { 1 << 22 }
    /// The most entries that one file of the authbind tree may come to: its owner need not be root.
    static var maximumOfTreeFile: Int { 1 << 17 }
    /// The most entries that all files of the authbind tree may come to.
    static var maximumOfTree: Int { 1 << 21 }

    /// The first port that the kernel engine leaves alone.
    let limit: Port

    /// Tells the files whose rules the kernel can have from those that come to too much, counted from the first on.
    func divide(
        _ files: [RulesFile],
        names: some PolicyNames
    ) -> (admitted: [RulesFile], tooLarge: [RulesFile]) {
        var (admitted, tooLarge): ([RulesFile], [RulesFile]) = ([], [])
        var room = Self.maximum
        for file in files {
            if let left = self.room(in: room, after: file, names: names) {
                room = left
                admitted.append(file)
            } else {
                tooLarge.append(file)
            }
        }
        return (admitted, tooLarge)
    }

    /// Leaves out of `permissions` the files that come to too much.
    func trim(_ permissions: inout AuthbindPermissions) {
        // Those of one file stand together.
        var files: [(path: ByteString, count: Int)] = []
        for permission in permissions.permissions {
            let count = count(of: permission)
            if let last = files.last, last.path == permission.location.file {
                files[files.count - 1].count += count
            } else {
                files.append((permission.location.file, count))
            }
        }
        var room = Self.maximumOfTree
        var tooLarge: Set<ByteString> = []
        for file in files {
            if file.count > min(room, Self.maximumOfTreeFile) { tooLarge.insert(file.path) } else { room -= file.count }
        }
        permissions.leaveOut(tooLarge, "comes to too many ports and addresses for the kernel")
    }

    /// What is left of `room` after the rules of `file`; nil if they do not fit. A file with an error has no rules.
    private func room(in room: Int, after file: RulesFile, names: some PolicyNames) -> Int? {
        var room = room
        guard file.isValid else { return room }
        for line in file.lines {
            guard case .rule(let rule) = line.content else { continue }
            room -= count(of: rule, names: names)
            if room < 0 { return nil }
        }
        return room
    }

    private func count(of rule: Rule, names: some PolicyNames) -> Int {
        let transports = rule.transports.transports.count
        let ports = rule.ports.reduce(0) { $0 + count(of: $1) }
        let reaches =
            rule.prefixes.isEmpty ? 1 : rule.prefixes.reduce(0) { $0 + PolicyKey.Reach.of($1).count }
        return PolicyTable.processes(of: rule.identity, names: names).count * transports * ports * reaches
    }

    private func count(of permission: AuthbindPermissions.Permission) -> Int {
        TransportProtocol.allCases.count * count(of: permission.ports)
            * (permission.addresses.map { PolicyKey.Reach.of($0).count } ?? 1)
    }

    /// How many ports of `range` need privilege.
    private func count(of range: PortRange) -> Int {
        range.lower < limit ? Int(min(range.upper.rawValue, limit.rawValue - 1)) - Int(range.lower.rawValue) + 1 : 0
    }
}
