// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Operations of prctl(2) on capabilities of the calling thread beyond the three sets. Other threads are unaffected.
package enum CapabilityControls {
    /// Whether a capability is in the bounding set; throws EINVAL if the kernel does not know it.
    ///
    /// The corresponding operation is `PR_CAPBSET_READ`.
    package static func isInBoundingSet(_ capability: Capability) throws(Errno) -> Bool {
        try valueOrErrno(.prctl) { clinux_prctl(PR_CAPBSET_READ, UInt(capability.rawValue), 0, 0, 0) } == 1
    }

    /// Removes a capability from the bounding set for good. Needs CAP_SETPCAP; throws EINVAL if the kernel does not
    /// know it.
    ///
    /// The corresponding operation is `PR_CAPBSET_DROP`.
    package static func dropFromBoundingSet(_ capability: Capability) throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_prctl(PR_CAPBSET_DROP, UInt(capability.rawValue), 0, 0, 0) }
    }

    /// Whether a capability is in the ambient set; throws EINVAL if the kernel does not know it.
    ///
    /// The corresponding operation is `PR_CAP_AMBIENT_IS_SET`.
    package static func isAmbient(_ capability: Capability) throws(Errno) -> Bool {
        try valueOrErrno(.prctl) {
            clinux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_IS_SET), UInt(capability.rawValue), 0, 0)
        } == 1
    }

    /// Adds a capability to the ambient set, or removes it.
    ///
    /// Throws EPERM if a capability to add is not both permitted and inheritable. The corresponding operations are
    /// `PR_CAP_AMBIENT_RAISE` and `PR_CAP_AMBIENT_LOWER`.
    package static func setAmbient(_ capability: Capability, to isAmbient: Bool) throws(Errno) {
        let operation = isAmbient ? PR_CAP_AMBIENT_RAISE : PR_CAP_AMBIENT_LOWER
        try nothingOrErrno(.prctl) { clinux_prctl(PR_CAP_AMBIENT, UInt(operation), UInt(capability.rawValue), 0, 0) }
    }

    /// Empties the ambient set.
    ///
    /// The corresponding operation is `PR_CAP_AMBIENT_CLEAR_ALL`.
    package static func clearAmbient() throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0) }
    }

    /// The securebits, as the kernel has them.
    ///
    /// The corresponding operation is `PR_GET_SECUREBITS`.
    package static func secureBits() throws(Errno) -> UInt32 {
        UInt32(try valueOrErrno(.prctl) { clinux_prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) })
    }

    /// Sets the securebits. Needs CAP_SETPCAP; throws EPERM also if the change affects locked bits.
    ///
    /// The corresponding operation is `PR_SET_SECUREBITS`.
    package static func setSecureBits(_ bits: UInt32) throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_prctl(PR_SET_SECUREBITS, UInt(bits), 0, 0, 0) }
    }

    /// Sets whether the permitted set survives a change from root to another user. execve(2) clears the setting.
    ///
    /// The corresponding operation is `PR_SET_KEEPCAPS`.
    package static func keepPermitted(_ keeps: Bool) throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_prctl(PR_SET_KEEPCAPS, keeps ? 1 : 0, 0, 0, 0) }
    }

    /// Prevents, for good, that execve(2) gives this thread or its children privileges.
    ///
    /// The corresponding operation is `PR_SET_NO_NEW_PRIVS`.
    package static func gainNoNewPrivileges() throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }
    }
}
