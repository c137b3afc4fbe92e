// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The filter that a program under the broker has: it stops for `bind`, on every architecture that the machine can run.
///
/// It also stops for `landlock_restrict_self`, so that the broker knows when a program gives up rights on its own: what
/// it may not bind any more, nobody may bind for it.
public enum BindFilter {
    /// What a system call is about, for the broker.
    public enum Call: Hashable, Sendable {
        /// bind(2).
        case bind
        /// socketcall(2), which carries the arguments of bind in memory; only on 32-bit x86.
        case socketCall
        /// landlock_restrict_self(2).
        case restrictSelf
    }

    /// One architecture: its number, and those of its system calls (`<linux/audit.h>`, `<asm/unistd.h>`).
    struct Architecture {
        let number: UInt32
        let binds: [UInt32]
        let socketCall: UInt32?
        let restrictSelf: [UInt32]
    }

    private static let x32: UInt32 = 0x4000_0000

    static var architectures: [Architecture] {
        [
            // x86-64, and x32, which shares its number.
            Architecture(number: 0xC000_003E, binds: [49, 49 | x32], socketCall: nil, restrictSelf: [446, 446 | x32]),
            Architecture(number: 0x4000_0003, binds: [361], socketCall: 102, restrictSelf: [446]),
            Architecture(number: 0xC000_00B7, binds: [200], socketCall: nil, restrictSelf: [446]),
            // 32-bit ARM on a 64-bit one.
            Architecture(number: 0x4000_0028, binds: [282], socketCall: nil, restrictSelf: [446]),
        ]
    }

    /// SYS_BIND of socketcall(2).
    private static let socketCallBind: UInt32 = 2

    /// The program of the filter.
    public static var program: [FilterInstruction] {
        var program = [FilterInstruction.load(4)]
        for architecture in architectures {
            let body = body(of: architecture)
            program.append(.skip(UInt8(body.count), unlessEqual: architecture.number))
            program += body
        }
        return program + [.allow]
    }

    private static func body(of architecture: Architecture) -> [FilterInstruction] {
        var body = [FilterInstruction.load(0)]
        for number in architecture.binds + architecture.restrictSelf {
            body += [.skip(1, unlessEqual: number), .notify]
        }
        if let socketCall = architecture.socketCall {
            // The low half of the first argument.
            body += [.skip(3, unlessEqual: socketCall), .load(16), .skip(1, unlessEqual: socketCallBind), .notify]
        }
        return body + [.allow]
    }

    /// Which of the calls that the filter stops for `notification` is; nil if it is none.
    public static func call(_ notification: Notification) -> Call? {
        let number = UInt32(bitPattern: notification.number)
        for architecture in architectures where architecture.number == notification.architecture {
            if architecture.binds.contains(number) { return .bind }
            if architecture.restrictSelf.contains(number) { return .restrictSelf }
            if architecture.socketCall == number { return .socketCall }
        }
        return nil
    }
}
