// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux

/// Why a program does not have what its file says, or cannot be reached from outside.
extension ProgramFile {
    /// What keeps CAP_NET_BIND_SERVICE, which the file has, from the process (capabilities(7), execve(2)).
    ///
    /// Nil if the file does not have it; a value of nil if nothing keeps it away.
    func capabilityDefect(startedBy status: ProcessStatus) -> ByteString?? {
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

    private func defect(of capabilities: FileCapabilities, startedBy status: ProcessStatus) -> ByteString? {
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

    /// Why the library that asks the helper cannot be put into the program; nil if it can.
    var preloadDefect: ByteString? {
        guard let elf else { return "it is neither a script nor a program of this machine" }
        if !elf.isNative { return "it is a program for \(elf.machineName)" }
        if elf.isGo { return "it is a Go program, which makes its system calls without libc" }
        if !elf.hasInterpreter { return "it is statically linked" }
        if isSetID { return "it is set-id, and the dynamic linker ignores LD_PRELOAD for such programs" }
        if case .some = attribute, !isOnNosuidMount {
            return "it has file capabilities, and the dynamic linker ignores LD_PRELOAD for such programs"
        }
        return nil
    }
}
