// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Launch
internal import Linux

/// Why a program does not have what its file says, or cannot be reached from outside.
extension ProgramFile {
    /// What keeps CAP_NET_BIND_SERVICE, which the file has, from the process (capabilities(7), execve(2)).
    ///
    /// Nil if the file does not have it; a value of nil if nothing keeps it away.
    func capabilityDefect(startedBy status: ProcessCredentials) -> ByteString?? {
        switch attribute {
        case .none, .unsupported: return nil
        case .unreadable(let error):
            return .some("they cannot be read: \(error.sentence)")
        case .some(let capabilities):
            guard capabilities.permitted.contains(.netBindService) || capabilities.inheritable.contains(.netBindService)
            else { return nil }
            return .some(defect(of: capabilities, startedBy: status))
        }
    }

    private func defect(of capabilities: FileCapabilities, startedBy status: ProcessCredentials) -> ByteString? {
        if isOnNosuidMount { return "it lies on a file system that is mounted nosuid" }
        if status.hasNoNewPrivileges { return "no_new_privs is set, so a program gains nothing when it is started" }
        if capabilities.rootUser != .root {
            return "they count only in user namespaces whose root is uid \(capabilities.rootUser)"
        }
        let isInherited =
            capabilities.inheritable.contains(.netBindService) && status.inheritable.contains(.netBindService)
        if !status.bounding.contains(.netBindService), !isInherited {
            return "CAP_NET_BIND_SERVICE is outside the bounding set"
        }
        if !capabilities.permitted.contains(.netBindService), !isInherited {
            return "it is inheritable there, and not permitted"
        }
        if !capabilities.isEffective {
            return "it is permitted there, and not effective, and the program has to raise it"
        }
        let gained = capabilities.permitted.intersection(status.bounding)
            .union(capabilities.inheritable.intersection(status.inheritable))
        if !gained.isSuperset(of: capabilities.permitted) {
            return "some of them are outside the bounding set, so that the program cannot be started at all"
        }
        return nil
    }

    /// Whether the kernel looks at the file capabilities at all when the program is started.
    private var areCapabilitiesSeen: Bool {
        guard case .some(let capabilities) = attribute else { return false }
        return !isOnNosuidMount && capabilities.rootUser == .root
    }

    /// Whether starting it gains something, so that the loader passes over libraries from the environment (`AT_SECURE`).
    private var gainsCapabilities: Bool {
        guard areCapabilitiesSeen, case .some(let capabilities) = attribute else { return false }
        return capabilities.isEffective || !capabilities.permitted.isEmpty
    }

    /// Whether starting it takes ambient capabilities away: it is set-id or has file capabilities.
    var losesAmbient: Bool { isSetID || areCapabilitiesSeen }

    /// Whether starting it makes it root's, with all capabilities of the bounding set.
    func becomesRoot(startedBy status: ProcessCredentials) -> Bool {
        mode.rawValue & 0o4000 != 0 && owner == .root && !isOnNosuidMount && !status.hasNoNewPrivileges
            && status.bounding.contains(.netBindService)
    }

    /// Why the helper's binds cannot be brought to the program, neither by the library nor by the broker; nil if they can.
    var reachDefect: ByteString? {
        if image == .unknown { return "it is neither a script nor a program" }
        if isSetID { return "it is set-id, and would lose that under the broker" }
        if gainsCapabilities { return "it has file capabilities, and would lose them under the broker" }
        return nil
    }

    /// Whether the broker reaches it only if it is asked for, since the file looks as if it had something to lose.
    var needsBrokerByName: Bool {
        guard reachDefect == nil, brokerReason != nil else { return false }
        if case .some = attribute { return true }
        return mode.isSetID
    }

    /// Why the broker is needed for it, as the end of a sentence; nil if the library does.
    var brokerReason: ByteString? {
        switch image {
        case .linkedStatically: "it is statically linked"
        case .go: "it is a Go program, which makes its system calls itself"
        case .foreign: "it is of another architecture"
        case .dynamic, .script, .unknown: nil
        }
    }
}
