// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The filter of a program under the broker: it stops at `bind`, on every architecture that the machine can run.
///
/// It also stops at `landlock_restrict_self`, so that the broker learns when a program gives up rights on its own: a
/// bind that a program has forbidden itself must not be carried out for it by another process.
package enum BindFilter {
    /// The system calls that the filter stops.
    package enum Call: Hashable, Sendable {
        /// The call is bind(2).
        case bind
        /// The call is socketcall(2), which passes the arguments of bind in memory; only on 32-bit x86.
        case socketCall
        /// The call is landlock_restrict_self(2).
        case restrictSelf
    }

    /// An architecture and the numbers of its system calls (`<linux/audit.h>`, `<asm/unistd.h>`).
    struct Architecture {
        let number: UInt32
        let bind: UInt32
        var socketCall: UInt32?
        /// The bit that all numbers have as well for programs of another kind; 0 if there is none.
        var variant: UInt32 = 0

        /// Whether `call` is the system call `number` of either kind of program.
        func isCall(_ call: UInt32, _ number: UInt32) -> Bool { call == number || call == number | variant }

        /// The system call `number` of each kind of program.
        func numbers(of number: UInt32) -> [UInt32] { variant == 0 ? [number] : [number, number | variant] }
    }

    /// landlock_restrict_self(2), which has one number on all architectures.
    private static let restrictSelf: UInt32 = 446

    static var architectures: [Architecture] {
        [
            // x86-64, and x32, which shares its architecture number.
            Architecture(number: 0xC000_003E, bind: 49, variant: 0x4000_0000),
            Architecture(number: 0x4000_0003, bind: 361, socketCall: 102),
            Architecture(number: 0xC000_00B7, bind: 200),
            // 32-bit ARM on a 64-bit machine.
            Architecture(number: 0x4000_0028, bind: 282),
        ]
    }

    /// SYS_BIND in socketcall(2).
    private static let socketCallBind: UInt32 = 2

    /// The instructions of the filter.
    package static var program: [FilterInstruction] {
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
        for number in architecture.numbers(of: architecture.bind) + architecture.numbers(of: restrictSelf) {
            body += [.skip(1, unlessEqual: number), .notify]
        }
        if let socketCall = architecture.socketCall {
            // The lower half of the first argument.
            body += [.skip(3, unlessEqual: socketCall), .load(16), .skip(1, unlessEqual: socketCallBind), .notify]
        }
        return body + [.allow]
    }

    /// Returns which of the stopped calls `notification` is; nil if it is none of them.
    package static func call(_ notification: Notification) -> Call? {
        let number = UInt32(bitPattern: notification.number)
        for architecture in architectures where architecture.number == notification.architecture {
            if architecture.isCall(number, architecture.bind) { return .bind }
            if architecture.isCall(number, restrictSelf) { return .restrictSelf }
            if architecture.socketCall == number { return .socketCall }
        }
        return nil
    }
}
