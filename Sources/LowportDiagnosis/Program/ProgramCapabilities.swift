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
        // What its file gives and its starter has, the program keeps.
        if !started(by: starter).permitted.contains(.netBindService) {
            if starter.hasNoNewPrivileges {
                return "no_new_privs is set, so a program gains nothing when it is started"
            }
            if starter.isTraced { return "a program that a traced process starts gains nothing" }
        }
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
        if isWithoutLibraries(startedBy: starter) { return "with them, the program cannot be started" }
        if vainRequest(startedBy: starter) != nil {
            return "some of them are outside the bounding set, so that the program cannot be started at all"
        }
        return nil
    }

    /// Whether the file gives the program CAP_NET_BIND_SERVICE, which it has to raise itself.
    func hasToRaiseCapability(startedBy starter: ProcessCredentials) -> Bool {
        let started = started(by: starter)
        return seenCapabilities != nil && started.permitted.contains(.netBindService) && !started.canBind
    }

    /// The missing capabilities because of which the kernel refuses to start the program, with EPERM; nil if it does
    /// not.
    ///
    /// The file permits these capabilities, and declares that the program relies on them ("Safety checking for
    /// capability-dumb binaries" in capabilities(7)).
    func vainRequest(startedBy starter: ProcessCredentials) -> CapabilitySet? {
        guard let capabilities = seenCapabilities, capabilities.isEffective else { return nil }
        let missing = capabilities.permitted.subtracting(capabilities.gained(by: starter))
        return missing == [] ? nil : missing
    }

    /// Whether the loader does not find all libraries, since the file gives the program privileges (`AT_SECURE`).
    func isWithoutLibraries(startedBy starter: ProcessCredentials) -> Bool {
        absentLibraries.isEmpty && !missingLibraries.isEmpty && started(by: starter).isSecure
    }

    /// Whether the file has capabilities, of which there are none.
    var hasEmptyCapabilities: Bool {
        guard case .some(let capabilities) = attribute else { return false }
        return capabilities.permitted.isEmpty && capabilities.inheritable.isEmpty
    }
}

extension FileCapabilities {
    /// The same for the root user that counts in the user namespace of this process: beside its own root user, those of
    /// the namespaces around it.
    var inSightOfTheKernel: FileCapabilities {
        guard Namespaces.outerUser(of: rootUser) == .root else { return self }
        var capabilities = self
        capabilities.rootUser = .root
        return capabilities
    }
}
