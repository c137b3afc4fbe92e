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
        if !status.bounding.contains(.netBindService) { return "CAP_NET_BIND_SERVICE is outside the bounding set" }
        if !capabilities.permitted.contains(.netBindService) { return "it is inheritable there, and not permitted" }
        if !capabilities.isEffective {
            return "it is permitted there, and not effective, and the program has to raise it"
        }
        if capabilities.permitted.intersection(status.bounding) != capabilities.permitted {
            return "some of them are outside the bounding set, so that the program cannot be started at all"
        }
        return nil
    }

    /// Whether starting it takes ambient capabilities away: it is set-id or has file capabilities.
    var losesAmbient: Bool {
        if isSetID { return true }
        if case .some = attribute { return !isOnNosuidMount }
        return false
    }

    /// Why the helper's binds cannot be brought to the program, neither by the library nor by the broker; nil if they can.
    var reachDefect: ByteString? {
        if image == .unknown { return "it is neither a script nor a program" }
        if isSetID { return "it is set-id, and would lose that under the broker" }
        if case .some = attribute, !isOnNosuidMount {
            return "it has file capabilities, and would lose them under the broker"
        }
        return nil
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
