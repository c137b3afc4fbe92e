// SPDX-License-Identifier: Apache-2.0
internal import Launch
public import Linux
internal import PortPolicy

/// The policy in the kernel: enabling it, replacing it, and taking it away.
///
/// Everything lives in pins below `/sys/fs/bpf/lowport`, for root alone; nothing has to run. Whoever changes it holds the
/// lock of that folder.
public enum KernelEngine {
    /// The BPF file system.
    static let mount: ByteString = "/sys/fs/bpf"
    /// The folder of the pins.
    public static let folder: ByteString = "/sys/fs/bpf/lowport"
    private static let linkNames: [BpfAttachment: ByteString] = [.bind4: "bind4", .bind6: "bind6"]

    /// What `enable` did.
    public enum Enabling: Sendable {
        /// It was not enabled before.
        case enabled
        /// It was, with the same settings; the policy was applied again.
        case reloaded
    }

    /// Whether there are pins: whether somebody enabled it and nobody disabled it.
    ///
    /// Who may not look is told that it is: whatever they want to do next says why not.
    public static var isEnabled: Bool {
        do throws(Errno) {
            _ = try FileStatus(of: folder)
            return true
        } catch { return error != .noSuchFile }
    }

    // MARK: - Life

    /// Attaches `policy` to a control group, the root of all by default.
    ///
    /// A policy with errors is attached with the confinement of the last one without; then `enforcedWithErrors` is thrown.
    /// If nothing is known of that one, nothing is attached and `confinementIsUnknown` is thrown.
    /// - Parameters:
    ///   - policy: the rules and the authbind tree.
    ///   - names: who the names in the rules are.
    ///   - cgroup: the folder of a control group; nil for the root of the hierarchy.
    ///   - network: the cookie of the only network namespace that it holds in; nil for all.
    public static func enable(
        _ policy: EnforcedPolicy,
        names: some PolicyNames,
        cgroup: ByteString?,
        network: UInt64?
    ) throws(EnforcementError) -> Enabling {
        let group = try ControlGroups.open(cgroup)
        try mountIfMissing()
        let lock = try makeFolder()
        defer { _ = lock.rawValue }
        let inode = try attempt("read the control group") { () throws(Errno) in try group.status().inode }
        do throws(EnforcementError) {
            let links = try EngineLinks.pinned()
            let maps = try EngineMaps.pinned(in: folder)
            guard let settings = try maps.readSettings() else { throw EnforcementError.foreign(path: folder) }
            guard settings.network == network, links.cgroup == inode else { throw EnforcementError.enabledOtherwise }
            try replace(policy, names, settings, links, maps, acceptsErrors: false)
            return .reloaded
        } catch {
            switch error {
            case .notEnabled, .stale: try removePins()
            default: throw error
            }
        }
        let errors: [Message]
        do throws(EnforcementError) {
            errors = try attach(policy, names, to: group, path: cgroup, EngineSettings(network: network, limit: limit))
        } catch {
            try? removePins()
            try? BpfPins.removeFolder(folder)
            throw error
        }
        if !errors.isEmpty { throw .enforcedWithErrors(errors) }
        return .enabled
    }

    /// Puts `policy` in the place of what is enforced now, at once for each family.
    /// - Parameter acceptsErrors: what becomes of a policy with errors. If false, what is enforced stays, and
    ///   `rulesHaveErrors` is thrown. If true, it is enforced without what the faulty files allow and with whom they
    ///   confined, and `enforcedWithErrors` is thrown: for a change that takes something away.
    public static func reload(
        _ policy: EnforcedPolicy,
        names: some PolicyNames,
        acceptsErrors: Bool = false
    ) throws(EnforcementError) {
        let lock = try lock()
        defer { _ = lock.rawValue }
        let links = try EngineLinks.pinned()
        let maps = try EngineMaps.pinned(in: folder)
        guard let settings = try maps.readSettings() else { throw .foreign(path: folder) }
        try replace(policy, names, settings, links, maps, acceptsErrors: acceptsErrors)
    }

    /// Takes everything away; returns false if there was nothing.
    public static func disable() throws(EnforcementError) -> Bool {
        guard isEnabled else { return false }
        let lock = try lock()
        defer { _ = lock.rawValue }
        NoticeBoard.clear()
        try removePins()
        try attempt("remove \(folder)") { () throws(Errno) in try BpfPins.removeFolder(folder) }
        return true
    }

    // MARK: - Steps

    private static var limit: Port { max(Port(rawValue: 1), EngineSettings.currentLimit()) }

    private static func attach(
        _ policy: EnforcedPolicy,
        _ names: some PolicyNames,
        to group: borrowing FileDescriptor,
        path: ByteString?,
        _ settings: EngineSettings
    ) throws(EnforcementError) -> [Message] {
        let kept = ConfinementStore.read()
        let reading = PolicyReading(policy, limit: settings.limit, names: names, kept: kept)
        if reading.mayFree { throw .confinementIsUnknown(reading.errors) }
        let table = reading.table
        try ConfinementStore.write(table.confined.joined(with: kept))
        let maps = try EngineMaps.created()
        let loaded = try LoadedPolicy.loaded(table, settings, maps)
        try maps.write(settings.applied(table))
        let links = try EngineLinks.attached(loaded, to: group, path: path)
        try maps.pin(in: folder)
        try links.pin(in: folder)
        try? NoticeBoard.put(
            EnforcementNotice(
                network: settings.network,
                cgroup: ControlGroups.name(of: group) ?? "unknown",
                isComplete: policy.authbind.leftOut.isEmpty && loaded.isExact && reading.errors.isEmpty
            )
        )
        try ConfinementStore.write(table.confined)
        return reading.errors
    }

    private static func replace(
        _ policy: EnforcedPolicy,
        _ names: some PolicyNames,
        _ settings: EngineSettings,
        _ links: borrowing EngineLinks,
        _ maps: borrowing EngineMaps,
        acceptsErrors: Bool
    ) throws(EnforcementError) {
        let applied = settings.applied
        var settings = settings
        settings.limit = limit
        let kept = ConfinementStore.read()
        let reading = PolicyReading(policy, limit: settings.limit, names: names, kept: kept)
        guard reading.errors.isEmpty || acceptsErrors && !reading.mayFree else {
            throw .rulesHaveErrors(reading.errors, keeping: applied)
        }
        let table = reading.table
        // Until the kernel has the new policy, whom either confines is kept.
        try ConfinementStore.write(table.confined.joined(with: kept))
        let loaded = try LoadedPolicy.loaded(table, settings, maps)
        try links.replace(with: loaded)
        try maps.write(settings.applied(table))
        // From here on it is in force; an old counter that stays does no harm.
        if var notice = EnforcementNotice.current() {
            notice.isComplete = policy.authbind.leftOut.isEmpty && loaded.isExact && reading.errors.isEmpty
            try? NoticeBoard.put(notice)
        }
        try? maps.releaseCounters(except: Set(table.grants.map(\.digest)))
        try ConfinementStore.write(table.confined)
        if !reading.errors.isEmpty { throw .enforcedWithErrors(reading.errors) }
    }

    private static func mountIfMissing() throws(EnforcementError) {
        let isThere = try? FileDescriptor.open(mount, [.pathOnly, .directory]).fileSystem().keepsBpfObjects
        if isThere == true { return }
        try attemptSupported("mount the BPF file system at \(mount)") { () throws(Errno) in
            try BpfPins.mountFileSystem(at: mount)
        }
    }

    private static func makeFolder() throws(EnforcementError) -> FileDescriptor {
        try attemptSupported("make \(folder)") { () throws(Errno) in
            do throws(Errno) {
                try FileDescriptor.open(mount, [.readOnly, .directory])
                    .makeDirectory("lowport", mode: FileMode(rawValue: 0o700))
            } catch  where error == .fileExists {}
        }
        return try lock()
    }

    private static func lock() throws(EnforcementError) -> FileDescriptor {
        do throws(Errno) {
            let lock = try FileDescriptor.open(folder, [.readOnly, .directory, .noFollow])
            try lock.lockExclusively()
            return lock
        } catch {
            switch error {
            case .noSuchFile: throw .notEnabled
            case .permissionDenied, .notPermitted: throw .notPermitted(error)
            default: throw .failed("open \(folder)", error)
            }
        }
    }

    /// The links first: from then on nothing is enforced any more.
    private static func removePins() throws(EnforcementError) {
        let directory = try attempt("open \(folder)") { () throws(Errno) in
            try FileDescriptor.open(folder, [.readOnly, .directory])
        }
        for name in ["bind4", "bind6"] + EngineMaps.names {
            do throws(Errno) { try directory.unlink(name) } catch {
                if error != .noSuchFile { throw .failed("remove \(folder)/\(name)", error) }
            }
        }
    }
}

extension EngineSettings {
    fileprivate func applied(_ table: PolicyTable) -> EngineSettings {
        var settings = self
        settings.entries = UInt64(table.count)
        settings.applied = WallClock.seconds
        return settings
    }
}
