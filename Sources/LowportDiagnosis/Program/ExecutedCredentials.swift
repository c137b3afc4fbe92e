// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux

/// What execve(2) makes of the user and the capabilities of the process that starts a program ("Transformation of
/// capabilities during execve()" and "Capabilities and execution of programs by root" in capabilities(7)).
struct ExecutedCredentials: Hashable, Sendable {
    /// The effective user.
    private(set) var user: UserID
    /// Whether the program is started as another user or group.
    let isSetID: Bool
    /// The capabilities that the program has, and those that it may raise.
    private(set) var effective: CapabilitySet, permitted: CapabilitySet
    /// The capabilities that the programs have that it starts itself.
    let ambient: CapabilitySet
    /// Whether the loader ignores what the environment says about libraries, and `$ORIGIN` (`AT_SECURE`, ld.so(8)).
    let isSecure: Bool

    /// - Parameter program: nil for one whose file gives it nothing.
    init(of program: ProgramFile?, startedBy starter: ProcessCredentials) {
        let mayChange = program?.isOnNosuidMount == false && !starter.hasNoNewPrivileges
        let mode = program?.mode.rawValue ?? 0
        let capabilities = program?.seenCapabilities
        user = starter.user
        if mayChange, mode & 0o4000 != 0, let owner = program?.owner { user = owner }
        // Without execute permission for the group, the bit once meant locking.
        let isOtherGroup = mayChange && mode & 0o2010 == 0o2010 && program?.group != starter.groups.first
        isSetID = user != starter.user || isOtherGroup
        var isEffective = capabilities?.isEffective ?? false
        permitted = capabilities?.gained(by: starter) ?? []
        // The capabilities of a file that is also set-user-ID root are all that others get from it.
        if !starter.isRootOrdinary, capabilities == nil || starter.user == .root || user != .root {
            if starter.user == .root || user == .root { permitted = starter.bounding.union(starter.inheritable) }
            if user == .root { isEffective = true }
        }
        if starter.hasNoNewPrivileges || starter.isTraced {
            if starter.hasNoNewPrivileges || !starter.effective.contains(.setuid) { user = starter.user }
            permitted = permitted.intersection(starter.effective)
        }
        ambient = isSetID || capabilities != nil ? [] : starter.ambient
        isSecure =
            isSetID || starter.user != .root && (isEffective || !permitted.subtracting(ambient).isEmpty)
        permitted.formUnion(ambient)
        effective = isEffective ? permitted : ambient
    }

    /// Whether the program has CAP_NET_BIND_SERVICE from its start.
    var canBind: Bool { effective.contains(.netBindService) }
}

extension ProgramFile {
    /// What the program is when `starter` has started it.
    func started(by starter: ProcessCredentials) -> ExecutedCredentials {
        ExecutedCredentials(of: self, startedBy: starter)
    }

    /// The capabilities of the file; nil if the kernel does not consider any when the program is started.
    var seenCapabilities: FileCapabilities? {
        guard case .some(let capabilities) = attribute, !isOnNosuidMount, capabilities.rootUser == .root else {
            return nil
        }
        return capabilities
    }
}

extension FileCapabilities {
    /// The capabilities that the file gives what `starter` starts.
    func gained(by starter: ProcessCredentials) -> CapabilitySet {
        permitted.intersection(starter.bounding).union(inheritable.intersection(starter.inheritable))
    }
}

extension BindContext {
    /// What the program is, or any other, when it has been started.
    var started: ExecutedCredentials { ExecutedCredentials(of: program, startedBy: process.credentials) }
}
