// SPDX-License-Identifier: Apache-2.0

/// The argument of the program: `struct bpf_sock_addr` of `<linux/bpf.h>`, as offsets in bytes.
enum Context {
    static let address4: Int16 = 4
    static let address6: Int16 = 8
    static let port: Int16 = 24
    static let transport: Int16 = 36
    static let socket: Int16 = 64
    static let size = 72
}

/// The stack layout of the program, as offsets in bytes from the end of the stack.
///
/// Key and event are written in eight-byte units, which takes the fewest instructions.
enum Stack {
    /// The key for policy map lookups. The part after the prefix length is aligned to eight bytes.
    static let key: Int16 = -44
    static let kind = key + 4
    static let principal = key + 8
    static let transport = key + 12
    static let port = key + 14
    static let space = key + 16
    static let scope = key + 18
    static let address = key + 20
    /// The event fields that are known before space in the ring buffer is reserved.
    static let event: Int16 = -136
    /// Eight bytes for a value that must survive a call.
    static let scratch: Int16 = -144
    /// Pointers to the credentials of the task and to the network namespace of the socket, and what the kernel's own
    /// check is foreseen to say: a `KernelCheck`.
    static let credentials: Int16 = -152
    static let network: Int16 = -160
    static let check: Int16 = -168
    /// The number of the task's program, shifted as in the kind of a key.
    static let program: Int16 = -176
    /// The identity of the task's program: the key of the map of programs.
    static let inode: Int16 = -192
    /// Nonzero if the task's program is confined.
    static let confined: Int16 = -200
    /// The identity of the program by which the task has the capability.
    static let origin: Int16 = -216
    /// Nonzero if a rule for a confined program was needed, which allows only what the capability allows.
    static let narrowed: Int16 = -224
}

/// Eight bytes of memory held in a register.
enum PackedWord {
    /// Returns the left shift, in bits, of a field at `offset` bytes in memory.
    static func place(_ offset: Int32) -> Int32 { offset * 8 }

    /// Returns `value` as a field at `offset` bytes in memory.
    static func field(_ value: some BinaryInteger, _ offset: Int32) -> UInt64 {
        UInt64(value) << UInt64(place(offset))
    }
}

/// The layout of an event in the ring buffer, as offsets in bytes; numbers are in native byte order.
enum EventLayout {
    /// Nanoseconds since boot, `CLOCK_BOOTTIME`.
    static let time: Int16 = 0
    static let processAndThread: Int16 = 8
    static let userAndGroup: Int16 = 16
    static let cgroup: Int16 = 24
    static let network: Int16 = 32
    static let command: Int16 = 40
    static let source: Int16 = 56
    static let line: Int16 = 60
    /// In network order; IPv4 uses four bytes.
    static let address: Int16 = 64
    /// Protocol and port as in the key of the policy map: the port in network order.
    static let transport: Int16 = 80
    static let port: Int16 = 82
    /// An `AddressSpace`.
    static let space: Int16 = 84
    static let outcome: Int16 = 86
    /// A `KernelCheck`; 0 before it was recorded.
    static let check: Int16 = 87
    /// The inode number of the program's file, and its device in four bytes in front of four zeros; both 0 if they are
    /// not known.
    static let inode: Int16 = 88
    static let device: Int16 = 96
    static let size: Int32 = 104
    /// The size of an event of earlier versions, which end before the inode number.
    static let earlierSize = 88
    /// The eight-byte fields that are collected on the stack as soon as they are known.
    static let notes = [time, processAndThread, userAndGroup, cgroup, network, command, command + 8]
}

/// The layout of a value in the policy map, as offsets in bytes.
enum ValueLayout {
    /// Nanoseconds of International Atomic Time; all ones for no expiry.
    static let until: Int16 = 0
    static let source: Int16 = 8
    static let line: Int16 = 12
    /// The index of the rule's counter.
    static let counter: Int16 = 16
    /// Nonzero if the entry allows a dual-stack wildcard without a second entry for IPv4.
    static let alone: Int16 = 20
    static let size = 24
}

/// The outcome of a bind, with the return value of the program (bpf(2), `BPF_CGROUP_INET4_BIND`).
package enum BindOutcome: Int32, Sendable, CaseIterable {
    /// The process is confined and no rule allows the bind: EPERM.
    case refused = 0
    /// No rule allows the bind; the kernel's own check decides.
    case left = 1
    /// A rule allows the bind without the capability.
    case granted = 3
}

/// What the kernel's own check says to a bind that is left to it, as far as capabilities decide.
package enum KernelCheck: UInt8, Sendable, CaseIterable {
    /// Not known: the kernel does not describe its structures, or the namespaces are nested too deeply.
    case unknown = 0
    /// The process has `CAP_NET_BIND_SERVICE` in the user namespace of the network.
    case capability = 1
    /// The port is unprivileged in the network namespace, although it was not when the policy was applied.
    case unprivileged = 2
    /// The process lacks the capability: EACCES.
    case noCapability = 3
}

/// The only value of the statistics map: an eight-byte counter per outcome, at eight times the raw value of the
/// outcome. Binds that are left to the kernel are counted there only if the kernel's answer is unknown, and otherwise
/// in the map of counters, at `EngineMap.ruleCounterCount` and the `KernelCheck`.
enum StatisticsLayout {
    /// Events for which the ring buffer had no room; 2 is not a raw value of any outcome.
    static let dropped = 2
    /// The tick count at which the exact clock was last read.
    static let sampled: Int16 = 32
    /// The lead of the exact clock over the ticks at that moment, in nanoseconds.
    static let ahead: Int16 = 40
    /// The owner of the engine: the cookie of the network namespace in which it was enabled, and the device of its
    /// pins. The program does not use this field.
    static let owner = 48
    static let size = 64
    /// How long the recorded lead is used, in nanoseconds. It changes by more than a tick only while the machine
    /// sleeps.
    static let sampleLife: Int32 = 100_000_000
}
