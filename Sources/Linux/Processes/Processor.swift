// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// The processors that programs run on, by number.
public enum Processor {
    /// The one that this runs on right now (getcpu(2)).
    public static var current: UInt16 { UInt16(truncatingIfNeeded: max(0, clinux_processor())) }

    /// Makes this process run on `number` alone, if it may; otherwise it goes on as before (sched_setaffinity(2)).
    ///
    /// Two processes that take turns lose time when they wake each other across processors.
    public static func stay(on number: UInt16) { clinux_stay_on_processor(Int32(number)) }
}

extension CurrentProcess {
    /// Lets other threads that wait for the processor run first (sched_yield(2)).
    public static func yield() { _ = sched_yield() }
}
