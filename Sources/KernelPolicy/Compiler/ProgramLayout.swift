// SPDX-License-Identifier: Apache-2.0

/// What the kernel passes to a program at a bind: `struct bpf_sock_addr` of `<linux/bpf.h>`, by offsets in bytes.
enum Context {
    static let address4: Int16 = 4
    static let address6: Int16 = 8
    static let port: Int16 = 24
    static let transport: Int16 = 36
    static let socket: Int16 = 64
    static let size = 72
}

/// Where things lie on the stack of the program, in bytes from its end.
///
/// Key and event are written in pieces of eight bytes, which takes the fewest instructions.
enum Stack {
    /// The key that the policy map is asked with. What follows its length is aligned to eight bytes.
    static let key: Int16 = -44
    static let kind = key + 4
    static let principal = key + 8
    static let transport = key + 12
    static let port = key + 14
    static let space = key + 16
    static let scope = key + 18
    static let address = key + 20
    /// What is known of the event before there is room for it.
    static let event: Int16 = -136
    /// Eight bytes for whatever has to outlive a call.
    static let scratch: Int16 = -144
}

/// Eight bytes of memory in a register.
enum PackedWord {
    /// How far left a field is in the register, in bits, that has `width` bytes and lies `offset` bytes behind the first.
    static func place(_ offset: Int32, _ width: Int32) -> Int32 {
        #if _endian(little)
            offset * 8
        #else
            (8 - offset - width) * 8
        #endif
    }

    /// `value` as a field that has `width` bytes and lies `offset` bytes behind the first.
    static func field(_ value: some BinaryInteger, _ offset: Int32, _ width: Int32) -> UInt64 {
        UInt64(value) << UInt64(place(offset, width))
    }
}

/// An event in the ring buffer, by offsets in bytes; numbers in the order of the machine.
enum EventLayout {
    /// Nanoseconds since the machine was started, `CLOCK_BOOTTIME`.
    static let time: Int16 = 0
    static let processAndThread: Int16 = 8
    static let userAndGroup: Int16 = 16
    static let cgroup: Int16 = 24
    static let network: Int16 = 32
    static let command: Int16 = 40
    static let source: Int16 = 56
    static let line: Int16 = 60
    /// In network order; four bytes of it for IPv4.
    static let address: Int16 = 64
    /// Protocol and port as in the key of the policy map: the port in network order.
    static let transport: Int16 = 80
    static let port: Int16 = 82
    /// An `AddressSpace`.
    static let space: Int16 = 84
    static let outcome: Int16 = 86
    static let size: Int32 = 88
    /// The fields of eight bytes that are noted on the stack, as soon as they are known.
    static let notes = [time, processAndThread, userAndGroup, cgroup, network, command, command + 8]
}

/// A value of the policy map, by offsets in bytes.
enum ValueLayout {
    /// Nanoseconds of International Atomic Time; all ones for never.
    static let until: Int16 = 0
    static let source: Int16 = 8
    static let line: Int16 = 12
    /// The number of the counter of the rule.
    static let counter: Int16 = 16
    /// Not 0 if it allows a dual-stack wildcard without a second entry for IPv4.
    static let alone: Int16 = 20
    static let size = 24
}

/// How a bind ended, with the value that the program returns for it (bpf(2), `BPF_CGROUP_INET4_BIND`).
public enum BindOutcome: Int32, Sendable, CaseIterable {
    /// Confined, and not allowed: EPERM.
    case refused = 0
    /// No rule allows it; the kernel's own check decides.
    case left = 1
    /// A rule allows it, without the capability.
    case granted = 3
}

/// The one value of the map of statistics: a number of eight bytes for each outcome, at eight times its value.
enum StatisticsLayout {
    /// Events for which the ring buffer had no room; 2 is no outcome.
    static let dropped = 2
    /// When the exact clock was read last, in ticks of the kernel.
    static let sampled: Int16 = 32
    /// What the exact clock was ahead of the ticks then, in nanoseconds.
    static let ahead: Int16 = 40
    /// Whose engine it is: the cookie of the network namespace that it was enabled in, and the device of its pins. The program
    /// has no use for it.
    static let owner = 48
    static let size = 64
    /// For how long that is relied on, in nanoseconds. Only while the machine sleeps does it change by more than a tick.
    static let sampleLife: Int32 = 100_000_000
}
