// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// How the kernel treats root and changes of user IDs (capabilities(7), "The securebits flags").
public struct SecureBits: OptionSet, Hashable, Sendable {
    /// The bits, as in prctl(2).
    public let rawValue: UInt32

    /// Creates a set from its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `SECBIT_NOROOT`: root gets no capabilities by execve(2).
    public static var noRoot: SecureBits { SecureBits(rawValue: 1) }
    /// `SECBIT_NOROOT_LOCKED`.
    public static var noRootLocked: SecureBits { SecureBits(rawValue: 2) }
    /// `SECBIT_NO_SETUID_FIXUP`: a change of user IDs does not change capabilities.
    public static var noSetUserFixup: SecureBits { SecureBits(rawValue: 4) }
    /// `SECBIT_NO_SETUID_FIXUP_LOCKED`.
    public static var noSetUserFixupLocked: SecureBits { SecureBits(rawValue: 8) }
    /// `SECBIT_KEEP_CAPS`: the permitted set survives the change from root to another user.
    public static var keepCapabilities: SecureBits { SecureBits(rawValue: 16) }
    /// `SECBIT_KEEP_CAPS_LOCKED`.
    public static var keepCapabilitiesLocked: SecureBits { SecureBits(rawValue: 32) }
    /// `SECBIT_NO_CAP_AMBIENT_RAISE`: no capability can become ambient.
    public static var noAmbientRaise: SecureBits { SecureBits(rawValue: 64) }
    /// `SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED`.
    public static var noAmbientRaiseLocked: SecureBits { SecureBits(rawValue: 128) }

    /// The bits of a process without a privileged root: all except `keepCapabilities`, locked.
    public static var pureCapabilities: SecureBits { SecureBits(rawValue: 0xEF) }

    /// The bits of the calling thread.
    public static func ofCurrentThread() throws(Errno) -> SecureBits {
        SecureBits(rawValue: try CapabilityControls.secureBits())
    }

    /// Makes these the bits of the calling thread. Needs CAP_SETPCAP; throws EPERM also if locked bits would change.
    public func applyToCurrentThread() throws(Errno) { try CapabilityControls.setSecureBits(rawValue) }
}

/// The modes of capabilities that libcap has names for (cap_get_mode(3)).
@nonexhaustive
public enum CapabilityMode: Hashable, Sendable {
    /// None of the other modes.
    case uncertain
    /// No privileges, and no way to gain any.
    case noPrivileges
    /// Privileges only by file capabilities, and nothing inheritable.
    case pureInitial
    /// Privileges only by file capabilities.
    case pure
    /// Linux without securebits: root has all capabilities.
    case hybrid

    /// The mode of the calling thread.
    public static func ofCurrentThread() throws(Errno) -> CapabilityMode {
        CapabilityMode(bits: try .ofCurrentThread(), capabilities: try .current())
    }

    init(bits: SecureBits, capabilities: ProcessCapabilities) {
        if bits.isEmpty {
            self = .hybrid
        } else if bits != .pureCapabilities || !capabilities.ambient.isEmpty {
            self = .uncertain
        } else if !capabilities.state.inheritable.isEmpty {
            self = .pure
        } else if !capabilities.state.permitted.isEmpty || !capabilities.state.effective.isEmpty
            || !capabilities.bounding.isEmpty
        {
            self = .pureInitial
        } else {
            self = .noPrivileges
        }
    }

    /// Puts the process, which must not have other threads, into this mode. Needs CAP_SETPCAP.
    ///
    /// No capability is effective afterwards. `uncertain` throws EINVAL.
    public func apply() throws(ProcessCapabilitiesError) {
        try CurrentProcess.requireSingleThread()
        do { try applyToCurrentThread() } catch { throw .system(error) }
    }

    private func applyToCurrentThread() throws(Errno) {
        if self == .uncertain { throw .invalidArgument }
        var state = try CapabilityState.ofCurrentThread()
        state.effective = [.setpcap]
        if self == .pureInitial || self == .noPrivileges { state.inheritable = [] }
        if self != .hybrid { try CapabilityControls.clearAmbient() }
        try state.applyToCurrentThread()
        try (self == .hybrid ? [] : SecureBits.pureCapabilities).applyToCurrentThread()
        if self == .noPrivileges {
            for capability in KernelCapabilities.running.all {
                try CapabilityControls.dropFromBoundingSet(capability)
            }
            state.permitted = []
            try CapabilityControls.gainNoNewPrivileges()
        }
        state.effective = []
        try state.applyToCurrentThread()
    }
}
