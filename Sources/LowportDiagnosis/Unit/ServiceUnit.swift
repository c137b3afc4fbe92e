// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux

/// A service of systemd, as far as a bind of its program depends on it: what its settings come to.
///
/// Its files have been read: only the accounts of its user and the paths in them are looked up.
package struct ServiceUnit: Hashable, Sendable {
    /// Its name.
    package let name: UnitName
    /// The settings of its section `[Service]`.
    package private(set) var settings: UnitSettings
    /// What reads its settings.
    package let manager: SystemdBuild
    /// The sockets of socket units that are passed on to it.
    package var sockets: [UnitSocket] = []
    /// The sockets of socket units that would be passed on to it if anything started these units.
    package var idleSockets: [UnitSocket] = []

    /// Creates the service of `settings`.
    package init(name: UnitName, settings: UnitSettings, manager: SystemdBuild) {
        self.name = name
        self.settings = settings
        self.manager = manager
    }

    /// The service with a drop-in of these lines, which comes after all others.
    func adding(_ lines: [ByteString]) -> ServiceUnit {
        var copy = self
        try? copy.settings.add(ByteString(joining: lines, with: "\n").bytes, from: "the drop-in")
        return copy
    }

    // MARK: - The user

    /// The setting `DynamicUser=yes`, if it has it.
    var dynamicUser: UnitSettings.Setting? { settings.enabled("DynamicUser") }

    /// The name or number of the user; nil for root.
    package var user: ByteString? {
        if command?.isOfRoot == true { return nil }
        let named = settings.last("User").map { name.expanding($0.value) ?? $0.value }
        return named ?? (dynamicUser == nil ? nil : ByteString(name.text.bytes.dropLast(name.suffix.count)))
    }

    /// Throws if who or where the service is depends on a specifier whose value is known only when it starts.
    package func checkSpecifiers() throws(UnitSettings.FileError) {
        let identity: [ByteString] = command?.isOfRoot == true ? [] : ["User", "Group"]
        let groups = identity.isEmpty ? [] : settings.list("SupplementaryGroups")
        let places = (identity + ["Slice", "NetworkNamespacePath"]).compactMap { settings.last($0) }
        for setting in places + groups {
            if let specifier = name.unknownSpecifier(in: setting.value) {
                throw UnitSettings.FileError(
                    text: "\(setting.place): what \(specifier) stands for is known only when it starts"
                )
            }
        }
    }

    // MARK: - Capabilities

    /// The bounding set.
    package var bounding: CapabilitySet { capabilities("CapabilityBoundingSet", from: CapabilitySet(rawValue: .max)) }

    /// The ambient set. What is outside of the bounding set cannot be in it.
    package var ambient: CapabilitySet { capabilities("AmbientCapabilities", from: []).intersection(bounding) }

    /// The set that the assignments of `setting` come to: the first replaces `start`, each after it adds to the set,
    /// or removes from it after `~`.
    private func capabilities(_ setting: ByteString, from start: CapabilitySet) -> CapabilitySet {
        if command?.isUnrestricted == true { return start }
        var set = start
        for one in settings.history(setting) {
            let isInverted = one.value.hasPrefix("~")
            let names = UnitWords.unquoted(isInverted ? ByteString(one.value.bytes.dropFirst()) : one.value)
            let named = CapabilitySet(names.compactMap { Capability(named: $0) })
            let isReplaced = names.isEmpty || set == start
            switch (isInverted, isReplaced) {
            case (true, true): set = CapabilitySet(rawValue: ~named.rawValue)
            case (false, true): set = named
            case (true, false): set.subtract(named)
            case (false, false): set.formUnion(named)
            }
        }
        return set
    }

    /// Whether programs that root starts get no capabilities for that.
    var isRootOrdinary: Bool {
        if command?.isUnrestricted == true { return false }
        return settings.history("SecureBits").reduce(false) { isSet, one in
            let words = UnitWords.unquoted(one.value)
            return words.contains("noroot") || !words.isEmpty && isSet
        }
    }

    // MARK: - Privileges

    /// The settings that install a filter of system calls. Each is a truth value or a list.
    private static let filters: [ByteString] = [
        "LockPersonality", "MemoryDenyWriteExecute", "PrivateDevices", "ProtectClock", "ProtectHostname",
        "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "RestrictAddressFamilies",
        "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallFilter",
        "SystemCallLog",
    ]

    /// The settings because of which the program has no_new_privs, the one that was written for that first; empty if
    /// it does not.
    package var noNewPrivileges: [UnitSettings.Setting] {
        if command?.isUnrestricted == true { return [] }
        let own = settings.enabled("NoNewPrivileges").map { [$0] } ?? []
        let dynamic = dynamicUser.map { [$0] } ?? []
        // Root installs filters with CAP_SYS_ADMIN, which needs nothing else.
        let isPrivileged = isOfRoot && bounding.contains(.sysAdmin)
        guard manager.doFiltersImplyNoNewPrivileges, !isPrivileged else { return own + dynamic }
        return own + dynamic + Self.filters.compactMap(filter)
    }

    /// The assignment that makes `setting` install a filter.
    private func filter(_ setting: ByteString) -> UnitSettings.Setting? {
        switch setting {
        case "RestrictAddressFamilies", "SystemCallFilter", "SystemCallArchitectures", "SystemCallLog":
            settings.list(setting).last
        case "RestrictNamespaces":
            settings.last(setting).flatMap { UnitWords.flag($0.value) == false ? nil : $0 }
        default: settings.enabled(setting)
        }
    }

    // MARK: - Namespaces

    /// The setting that gives it a user namespace, in which no capability counts for the network.
    var userNamespace: UnitSettings.Setting? {
        if command?.isUnrestricted == true { return nil }
        return settings.last("PrivateUsers").flatMap { UnitWords.flag($0.value) == false ? nil : $0 }
    }

    /// The network namespace.
    enum Network: Hashable {
        /// That of the machine.
        case machine
        /// One of its own, with nothing but loopback.
        case own(UnitSettings.Setting)
        /// The one with this path.
        case path(ByteString, UnitSettings.Setting)
    }

    var network: Network {
        if let path = settings.last("NetworkNamespacePath") {
            return .path(name.expanding(path.value) ?? path.value, path)
        }
        return settings.enabled("PrivateNetwork").map { .own($0) } ?? .machine
    }

    /// The control group, as in /proc/PID/cgroup, where the hierarchy is that of version 2.
    var controlGroup: ByteString {
        let slice = settings.last("Slice").map { name.expanding($0.value) ?? $0.value } ?? defaultSlice
        var path = ByteString()
        let stem = slice.bytes.dropLast((".slice" as ByteString).count)
        for end in stem.indices where stem[end] == UInt8(ascii: "-") { path += "/\(ByteString(stem[..<end])).slice" }
        return "0::\(path)/\(slice)/\(name.text)"
    }

    private var defaultSlice: ByteString {
        name.instance == nil ? "system.slice" : "system-\(name.prefix.escapedUnitName).slice"
    }
}
