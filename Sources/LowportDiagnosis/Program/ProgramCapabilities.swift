// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux

/// The capabilities that a program gets from its file when it is started.
extension ProgramFile {
    /// Why the process does not get CAP_NET_BIND_SERVICE, which the file has (capabilities(7), execve(2)).
    ///
    /// Nil if the file does not have the capability; a value of nil if the process gets it.
    func capabilityObstacle(startedBy starter: ProcessCredentials) -> ByteString?? {
        switch attribute {
        case .none, .unsupported: return nil
        case .unreadable(let error):
            return .some("they cannot be read: \(error.sentence)")
        case .some(let capabilities):
            guard capabilities.permitted.contains(.netBindService) || capabilities.inheritable.contains(.netBindService)
            else { return nil }
            return .some(reason(of: capabilities, startedBy: starter))
        }
    }

    private func reason(of capabilities: FileCapabilities, startedBy starter: ProcessCredentials) -> ByteString? {
        if isOnNosuidMount { return "it lies on a file system that is mounted nosuid" }
        if starter.hasNoNewPrivileges { return "no_new_privs is set, so a program gains nothing when it is started" }
        if starter.isTraced { return "a program that a traced process starts gains nothing" }
        if capabilities.rootUser != .root {
            return "they count only in user namespaces whose root is uid \(capabilities.rootUser)"
        }
        let isInherited =
            capabilities.inheritable.contains(.netBindService) && starter.inheritable.contains(.netBindService)
        if !starter.bounding.contains(.netBindService), !isInherited {
            return "CAP_NET_BIND_SERVICE is outside the bounding set"
        }
        if !capabilities.permitted.contains(.netBindService), !isInherited {
            return "it is inheritable there, and not permitted"
        }
        if !capabilities.isEffective {
            return "it is permitted there, and not effective, and the program has to raise it"
        }
        if isWithoutLibraries(startedBy: starter) { return "with them, the program cannot be started" }
        if vainRequest(startedBy: starter) != nil {
            return "some of them are outside the bounding set, so that the program cannot be started at all"
        }
        return nil
    }

    /// The missing capabilities because of which the kernel refuses to start the program, with EPERM; nil if it does
    /// not.
    ///
    /// The file permits these capabilities, and declares that the program relies on them ("Safety checking for
    /// capability-dumb binaries" in capabilities(7)).
    func vainRequest(startedBy starter: ProcessCredentials) -> CapabilitySet? {
        guard areCapabilitiesSeen, case .some(let capabilities) = attribute, capabilities.isEffective else {
            return nil
        }
        let gained = capabilities.permitted.intersection(starter.bounding)
            .union(capabilities.inheritable.intersection(starter.inheritable))
        let missing = capabilities.permitted.subtracting(gained)
        return missing == [] ? nil : missing
    }

    /// Whether the kernel considers the file capabilities at all when the program is started.
    private var areCapabilitiesSeen: Bool {
        guard case .some(let capabilities) = attribute else { return false }
        return !isOnNosuidMount && capabilities.rootUser == .root
    }

    /// Whether the program gains capabilities when it is started, so that the loader ignores libraries from the
    /// environment (`AT_SECURE`).
    var gainsCapabilities: Bool {
        guard areCapabilitiesSeen, case .some(let capabilities) = attribute else { return false }
        return capabilities.isEffective || !capabilities.permitted.isEmpty
    }

    /// Whether the loader does not find all libraries, since the file gives the program privileges (`AT_SECURE`).
    func isWithoutLibraries(startedBy starter: ProcessCredentials) -> Bool {
        !missingLibraries.isEmpty && hasPrivileges && !starter.hasNoNewPrivileges && !starter.isTraced
            && starter.user != .root
    }

    /// Whether the file has capabilities, of which there are none.
    var hasEmptyCapabilities: Bool {
        guard case .some(let capabilities) = attribute else { return false }
        return capabilities.permitted.isEmpty && capabilities.inheritable.isEmpty
    }

    /// Whether the program loses ambient capabilities when it is started: it is set-ID or has file capabilities.
    var losesAmbient: Bool { isSetID || areCapabilitiesSeen }

    /// Whether the program runs as root when it is started, with all capabilities of the bounding set.
    func becomesRoot(startedBy starter: ProcessCredentials) -> Bool {
        mode.rawValue & 0o4000 != 0 && owner == .root && !isOnNosuidMount && !starter.hasNoNewPrivileges
            && !starter.isTraced && !starter.isRootOrdinary && starter.bounding.contains(.netBindService)
    }
}
