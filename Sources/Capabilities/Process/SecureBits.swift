// SPDX-License-Identifier: Apache-2.0
public import Linux

/// How the kernel treats root and changes of users (capabilities(7), "The securebits flags").
public struct SecureBits: OptionSet, Hashable, Sendable {
    /// The bits as prctl(2) has them.
    public let rawValue: UInt32

    /// Creates a set from its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `SECBIT_NOROOT`: root gets no capabilities by execve(2).
    public static var noRoot: SecureBits { SecureBits(rawValue: 1) }
    /// `SECBIT_NOROOT_LOCKED`.
    public static var noRootLocked: SecureBits { SecureBits(rawValue: 2) }
    /// `SECBIT_NO_SETUID_FIXUP`: a change of users changes no capabilities.
    public static var noSetUserFixup: SecureBits { SecureBits(rawValue: 4) }
    /// `SECBIT_NO_SETUID_FIXUP_LOCKED`.
    public static var noSetUserFixupLocked: SecureBits { SecureBits(rawValue: 8) }
    /// `SECBIT_KEEP_CAPS`: the permitted set survives the change from root to another user.
    public static var keepCapabilities: SecureBits { SecureBits(rawValue: 16) }
    /// `SECBIT_KEEP_CAPS_LOCKED`.
    public static var keepCapabilitiesLocked: SecureBits { SecureBits(rawValue: 32) }
    /// `SECBIT_NO_CAP_AMBIENT_RAISE`: nothing can become ambient.
    public static var noAmbientRaise: SecureBits { SecureBits(rawValue: 64) }
    /// `SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED`.
    public static var noAmbientRaiseLocked: SecureBits { SecureBits(rawValue: 128) }

    /// What a process without a privileged root has: everything but `keepCapabilities`, locked.
    public static var pureCapabilities: SecureBits { SecureBits(rawValue: 0xEF) }

    /// The bits of the calling thread.
    public static func ofCurrentThread() throws(Errno) -> SecureBits {
        SecureBits(rawValue: try CapabilityControls.secureBits())
    }

    /// Makes these the bits of the calling thread. Needs CAP_SETPCAP; throws EPERM also where locked ones would change.
    public func applyToCurrentThread() throws(Errno) { try CapabilityControls.setSecureBits(rawValue) }
}

/// The ways of living with capabilities that libcap has names for (cap_get_mode(3)).
public enum CapabilityMode: Hashable, Sendable {
    /// None of the others.
    case uncertain
    /// No privileges, and none to be gained.
    case noPrivileges
    /// Privileges by file capabilities alone, and nothing inheritable.
    case pureInitial
    /// Privileges by file capabilities alone.
    case pure
    /// As Linux is without securebits: root has all capabilities.
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

    /// Brings the process, which must not have other threads, into this mode. Needs CAP_SETPCAP.
    ///
    /// Nothing is effective afterwards. `uncertain` throws EINVAL.
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
