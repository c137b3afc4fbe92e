// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension CurrentProcess {
    /// Whether programs that this process executes may gain privileges: not under `PR_SET_NO_NEW_PRIVS` (prctl(2)).
    package static var mayGainPrivileges: Bool { clinux_prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 }

    /// Changes this process, which must run as root, to `user` with `CAP_NET_BIND_SERVICE` and no other privilege.
    ///
    /// The capability is ambient, so that it survives execve(2) and its children inherit it; the bounding set contains
    /// nothing else, so that no program there can gain more (capabilities(7)).
    /// - Parameters:
    ///   - user: the user.
    ///   - group: the user's group.
    ///   - name: the user's name, to set the user's supplementary groups; nil for none.
    package static func become(_ user: UserID, _ group: GroupID, name: ByteString?) throws(Errno) {
        for number in 0..<Capability.limit {
            let capability = Capability(number: number)
            // EINVAL: the kernel has no more capabilities.
            guard (try? CapabilityControls.isInBoundingSet(capability)) != nil else { break }
            if capability != .netBindService { try CapabilityControls.dropFromBoundingSet(capability) }
        }
        let (uid, gid) = (user.rawValue, group.rawValue)
        if let name {
            try nothingOrErrno(.setIdentity) { unsafe name.withCString { unsafe initgroups($0, gid) } }
        } else {
            try setSupplementaryGroups([])
        }
        try nothingOrErrno(.setIdentity) { clinux_setresgid(gid, gid, gid) }
        try CapabilityControls.keepPermitted(true)
        try nothingOrErrno(.setIdentity) { clinux_setresuid(uid, uid, uid) }
        let one: CapabilitySet = [.netBindService]
        let state = CapabilityState(effective: one, permitted: one, inheritable: one)
        try state.applyToCurrentThread()
        try CapabilityControls.setAmbient(.netBindService, to: true)
        guard realUser == user, effectiveUser == user, realGroup == group, try .ofCurrentThread() == state else {
            throw .notPermitted
        }
    }
}
