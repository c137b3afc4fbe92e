// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The processors that programs run on, by number.
package enum Processor {
    /// The current processor of this thread (getcpu(2)).
    package static var current: UInt16 { UInt16(truncatingIfNeeded: max(0, clinux_processor())) }

    /// How many processors this process may run on, at least 1 (sched_getaffinity(2)).
    package static var count: Int { max(1, Int(clinux_processor_count())) }

    /// Pins this process to processor `number`, if allowed; otherwise does nothing (sched_setaffinity(2)).
    ///
    /// Processes that alternate lose time when they wake each other across processors.
    package static func stay(on number: UInt16) { clinux_stay_on_processor(Int32(number)) }
}

extension CurrentProcess {
    /// Lets other threads that wait for the processor run first (sched_yield(2)).
    package static func yield() { _ = sched_yield() }
}
