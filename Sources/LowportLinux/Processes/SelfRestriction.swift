// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Confinement {
    /// Prevents processes without `CAP_SYS_PTRACE` from inspecting this process and those that it forks: not dumpable
    /// (`PR_SET_DUMPABLE`).
    package static func forbidLookingInto() throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) }
    }

    /// Limits the process's resources: no core file, no new processes, few descriptors (setrlimit(2)).
    package static func limitResources() throws(Errno) {
        for (resource, limit) in [(clinux_RLIMIT_CORE, 0), (clinux_RLIMIT_NPROC, 0), (clinux_RLIMIT_NOFILE, 64)] {
            try nothingOrErrno(.limit) { clinux_lower_limit(Int32(resource), UInt(limit)) }
        }
    }

    /// Restricts the process to the system calls `calls`, for good; it must have given up gaining privileges before.
    ///
    /// Without filters in the kernel, does nothing. Throws every other error, so that causing one gains nothing.
    /// The corresponding system call is seccomp(2).
    package static func allow(only calls: AllowedCalls) throws(Errno) {
        let native = calls.program.map { sock_filter(code: $0.code, jt: $0.ifTrue, jf: $0.ifFalse, k: $0.operand) }
        do throws(Errno) {
            try nothingOrErrno(.filter) {
                unsafe native.withUnsafeBufferPointer {
                    unsafe clinux_seccomp_filter($0.baseAddress, UInt16($0.count))
                }
            }
        } catch {
            if error != .noSystemCall && error != .invalidArgument { throw error }
        }
    }

    /// Forbids writing, creating and removing files, starting programs, and all use of TCP ports except binding `port`,
    /// as far as the kernel has landlock(7). The process must have given up gaining privileges before.
    ///
    /// Files stay readable: the authbind tree may lead anywhere. Afterwards the process can inspect no other process.
    package static func forbidWriting(bindingOnly port: Port) throws(Errno) {
        let version: Int32
        do throws(Errno) { version = try valueOrErrno(.landlock) { clinux_landlock_version() } } catch {
            // EPERM is the answer of the filters of older containers, which do not know the call.
            if error == .noSystemCall || error == .notSupported || error == .notPermitted { return }
            throw error
        }
        var rights = clinux_landlock()
        rights.files = LandlockRights.files(version: version)
        if version >= 4 { rights.ports = LandlockRights.bindTCP | LandlockRights.connectTCP }
        if version >= 6 { rights.scope = LandlockRights.abstractSockets | LandlockRights.signals }
        // Older kernels know a shorter structure.
        let size = version < 4 ? 8 : version < 6 ? 16 : 24
        let ruleset = FileDescriptor(
            owning: try valueOrErrno(.landlock) { unsafe clinux_landlock_ruleset(&rights, size) }
        )
        let number = ruleset.rawValue
        if version >= 4 {
            let wanted = UInt64(port.rawValue)
            try nothingOrErrno(.landlock) { clinux_landlock_allow_port(number, LandlockRights.bindTCP, wanted) }
        }
        try nothingOrErrno(.landlock) { clinux_landlock_restrict_self(number) }
    }
}

/// The rights of landlock(7), as `<linux/landlock.h>` numbers them.
private enum LandlockRights {
    /// All file rights that a kernel with this version knows, except reading files and directories.
    static func files(version: Int32) -> UInt64 {
        let count: UInt64 = version < 2 ? 13 : version < 3 ? 14 : version < 5 ? 15 : 16
        return (1 << count - 1) & ~(1 << 2 | 1 << 3)
    }

    static var bindTCP: UInt64 { 1 << 0 }
    static var connectTCP: UInt64 { 1 << 1 }
    static var abstractSockets: UInt64 { 1 << 0 }
    static var signals: UInt64 { 1 << 1 }
}

extension HeldCapabilities {
    /// Empties the bounding set, so that no program that this process executes gains a capability from its file, and
    /// then gives up `CAP_SETPCAP`.
    ///
    /// Without `CAP_SETPCAP` the set stays: useless if the process cannot gain privileges. The corresponding operation
    /// is `PR_CAPBSET_DROP` (prctl(2)).
    package func emptyBoundingSet() throws(Errno) {
        guard holds(.setpcap) else { return }
        raise(.setpcap)
        for number in 0..<Capability.limit {
            do throws(Errno) { try CapabilityControls.dropFromBoundingSet(Capability(number: number)) } catch {
                // The first number that the kernel does not know.
                if error == .invalidArgument { break }
                throw error
            }
        }
        try giveUp(.setpcap)
    }
}
