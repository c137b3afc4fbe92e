// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Who the program of a service is when it is started.
extension ServiceUnit {
    /// Where systemd looks for a program that is named without a directory.
    static let searchPath: ByteString = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The first number that systemd gives to a user that it makes up.
    private static let firstDynamic: UInt32 = 61184

    /// Whether the user exists only while the service runs.
    var isUserTransient: Bool {
        guard dynamicUser != nil, let user else { return false }
        return Self.user(user) == nil
    }

    /// Whether the user is root: by name, by number, or because there is no other.
    var isOfRoot: Bool { user.map { Self.user($0) == .root } ?? true }

    /// The user and the groups, the primary one first. Throws if there is no such user or group.
    func identity() throws(UnitSettings.FileError) -> (user: UserID, groups: [GroupID]) {
        if case .ambient(let name) = start.way, isOfRoot {
            return try identity(of: Accounts.user(named: name), name, command?.setting)
        }
        if isUserTransient {
            let number = Self.firstDynamic
            return (UserID(rawValue: number), try [GroupID(rawValue: number)] + supplementaryGroups())
        }
        guard let user else {
            let group = try command?.isOfRoot == true ? nil : primaryGroup()
            return (.root, [group ?? GroupID(rawValue: 0)] + (try supplementaryGroups()))
        }
        var (number, groups) = try identity(of: Self.user(user), user, settings.last("User"))
        if let group = try primaryGroup() {
            let other = Accounts.primaryGroup(of: number)
            groups = [group] + groups.filter { $0 != group && $0 != other }
        }
        return (number, groups + (try supplementaryGroups()))
    }

    /// - Parameters:
    ///   - user: the user with the name or number `name`; nil if there is none.
    ///   - setting: the assignment that names the user.
    private func identity(
        of user: UserID?,
        _ name: ByteString,
        _ setting: UnitSettings.Setting?
    ) throws(UnitSettings.FileError) -> (UserID, [GroupID]) {
        guard let user else {
            throw UnitSettings.FileError(text: "\(setting?.place ?? self.name.text): there is no user \(name)")
        }
        return (user, Accounts.name(of: user).map { Accounts.groups(ofUser: $0) } ?? [])
    }

    private func primaryGroup() throws(UnitSettings.FileError) -> GroupID? {
        guard let setting = settings.last("Group") else { return nil }
        return try group(name.expanding(setting.value) ?? setting.value, setting)
    }

    private func supplementaryGroups() throws(UnitSettings.FileError) -> [GroupID] {
        var groups: [GroupID] = []
        if command?.isOfRoot == true { return [] }
        for setting in settings.list("SupplementaryGroups") {
            for word in UnitWords.unquoted(name.expanding(setting.value) ?? setting.value) {
                groups.append(try group(word, setting))
            }
        }
        return groups
    }

    private func group(_ name: ByteString, _ setting: UnitSettings.Setting) throws(UnitSettings.FileError) -> GroupID {
        let number = Digits.number(name, upTo: UInt64(UInt32.max)).map { GroupID(rawValue: UInt32($0)) }
        if let group = Accounts.group(named: name) ?? number.flatMap({ Accounts.name(of: $0) == nil ? nil : $0 }) {
            return group
        }
        throw UnitSettings.FileError(text: "\(setting.place): there is no group \(name)")
    }

    /// The user with this name or number. systemd starts nothing for a number that has no name.
    private static func user(_ name: ByteString) -> UserID? {
        let number = Digits.number(name, upTo: UInt64(UInt32.max)).map { UserID(rawValue: UInt32($0)) }
        return Accounts.user(named: name) ?? number.flatMap { $0 == .root || Accounts.name(of: $0) != nil ? $0 : nil }
    }

    /// The credentials of the process that executes the program.
    func credentials(user: UserID, groups: [GroupID]) -> ProcessCredentials {
        var ambient = ambient
        if case .ambient = start.way, isOfRoot, bounding.contains(.netBindService) {
            ambient = [.netBindService]
        }
        var credentials = ProcessCredentials(
            user: user,
            groups: groups,
            effective: user == .root ? bounding : ambient,
            inheritable: ambient,
            ambient: ambient,
            bounding: bounding,
            hasNoNewPrivileges: !noNewPrivileges.isEmpty
        )
        credentials.isRootOrdinary = isRootOrdinary
        return credentials
    }
}

extension BindContext {
    /// The same question about the service with a drop-in of these lines.
    func changed(by lines: [ByteString]) -> BindContext {
        guard let unit else { return self }
        var copy = self
        let changed = unit.adding(lines)
        copy.unit = changed
        copy.process.credentials = changed.credentials(user: request.user, groups: request.groups)
        if unit.userNamespace != nil, changed.userNamespace == nil { copy.process.doCapabilitiesCount = true }
        return copy
    }
}
