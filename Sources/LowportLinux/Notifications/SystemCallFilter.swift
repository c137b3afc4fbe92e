// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// One instruction of a classic BPF program (bpf in `<linux/filter.h>`).
package struct FilterInstruction: Hashable, Sendable {
    /// The opcode.
    package let code: UInt16
    /// The number of instructions to skip if a comparison is true.
    package let ifTrue: UInt8
    /// The number of instructions to skip if it is false.
    package let ifFalse: UInt8
    /// The operand.
    package let operand: UInt32

    /// Creates an instruction.
    package init(_ code: UInt16, _ operand: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
        self.code = code
        self.operand = operand
        self.ifTrue = ifTrue
        self.ifFalse = ifFalse
    }

    /// Loads the 32-bit word at `offset` of `struct seccomp_data`.
    package static func load(_ offset: UInt32) -> FilterInstruction { FilterInstruction(0x20, offset) }

    /// Skips `ifFalse` instructions unless the loaded word is `value`.
    package static func skip(_ ifFalse: UInt8, unlessEqual value: UInt32) -> FilterInstruction {
        FilterInstruction(0x15, value, ifFalse: ifFalse)
    }

    /// Skips `ifTrue` instructions if the loaded word is `value`.
    static func skip(_ ifTrue: UInt8, ifEqual value: UInt32) -> FilterInstruction {
        FilterInstruction(0x15, value, ifTrue: ifTrue)
    }

    /// Skips `ifTrue` instructions if the loaded word has any bit of `mask`.
    static func skip(_ ifTrue: UInt8, ifAnyOf mask: UInt32) -> FilterInstruction {
        FilterInstruction(0x45, mask, ifTrue: ifTrue)
    }

    /// Kills the process by SIGSYS: `SECCOMP_RET_KILL_PROCESS`.
    package static var kill: FilterInstruction { FilterInstruction(0x06, 0x8000_0000) }

    /// Executes the call: `SECCOMP_RET_ALLOW`.
    package static var allow: FilterInstruction { FilterInstruction(0x06, 0x7FFF_0000) }

    /// Leaves the call to the listener: `SECCOMP_RET_USER_NOTIF`.
    package static var notify: FilterInstruction { FilterInstruction(0x06, 0x7FC0_0000) }
}

extension CurrentProcess {
    /// Whether the process has seccomp filters (`PR_GET_SECCOMP`).
    package static var hasFilters: Bool { clinux_prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0 }
}

extension NotificationListener {
    /// Installs `filter` for good on the calling thread and its descendants, and listens for its notifications.
    ///
    /// Gives up gaining privileges if necessary (`PR_SET_NO_NEW_PRIVS`), which it is not for root. Throws EBUSY if
    /// another filter of the process has a listener. The corresponding system call is seccomp(2).
    package static func install(_ filter: [FilterInstruction]) throws(Errno) -> NotificationListener {
        let native = filter.map { sock_filter(code: $0.code, jt: $0.ifTrue, jf: $0.ifFalse, k: $0.operand) }
        let listens = UInt32(1 << 3)
        // After a call is received, only a fatal signal interrupts it; Linux 5.19.
        var flags = listens | 1 << 5
        while true {
            do throws(Errno) {
                return try install(native, flags: flags)
            } catch {
                // A kernel without the flag reports that before it checks privileges.
                if error == .invalidArgument, flags != listens {
                    flags = listens
                } else if error == .permissionDenied, CurrentProcess.mayGainPrivileges {
                    try CapabilityControls.gainNoNewPrivileges()
                } else {
                    throw error
                }
            }
        }
    }

    private static func install(_ filter: [sock_filter], flags: UInt32) throws(Errno) -> NotificationListener {
        let descriptor = try valueOrErrno(.filter) {
            unsafe filter.withUnsafeBufferPointer {
                unsafe clinux_seccomp_listen($0.baseAddress, UInt16(filter.count), flags)
            }
        }
        return NotificationListener(FileDescriptor(owning: descriptor))
    }
}
