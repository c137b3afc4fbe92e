// SPDX-License-Identifier: Apache-2.0
#if DEBUG && !hasFeature(Embedded)
    internal import Synchronization

    /// Makes certain system calls fail for the task for which a test sets it.
    ///
    /// Exists only in debug builds of the regular ring: no shipped program contains it.
    ///
    ///     try FaultPlan.$current.withValue(FaultPlan(failing: .rename, with: .noSpace)) { ... }
    package final class FaultPlan: Sendable {
        /// The plan of the running task, if a test has set one.
        @TaskLocal package static var current: FaultPlan?

        private let call: SystemCall
        /// The errors of the failing calls, in order; the last one repeats.
        private let errors: [Errno]
        /// Which of the calls fail, counted from 0.
        private let failing: Range<Int>
        private let made = Mutex(0)

        /// Creates a plan in which `call` passes `after` times, then fails `times` times with `error`.
        package init(failing call: SystemCall, with error: Errno, after: Int = 0, times: Int = .max) {
            self.call = call
            errors = [error]
            failing = after..<(times == .max ? .max : after + times)
        }

        /// Creates a plan in which `call` fails with each of `errors` in turn, then always with the last.
        package init(failing call: SystemCall, withEach errors: [Errno]) {
            self.call = call
            self.errors = errors
            failing = 0..<(.max)
        }

        /// The error for the next `call` of this task; nil to make the real call.
        static func next(_ call: SystemCall) -> Errno? {
            guard let plan = current, plan.call == call else { return nil }
            let index = plan.made.withLock { made in
                defer { made += 1 }
                return made
            }
            guard plan.failing.contains(index), let last = plan.errors.indices.last else { return nil }
            return plan.errors[min(index - plan.failing.lowerBound, last)]
        }
    }
#endif
