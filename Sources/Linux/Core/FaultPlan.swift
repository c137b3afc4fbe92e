// SPDX-License-Identifier: Apache-2.0
#if DEBUG && !hasFeature(Embedded)
    internal import Synchronization

    /// A test's wish that certain system calls fail, for the task that it is set for.
    ///
    /// Exists in debug builds of the regular ring alone: no shipped program contains it.
    ///
    ///     try FaultPlan.$current.withValue(FaultPlan(failing: .rename, with: .noSpace)) { ... }
    public final class FaultPlan: Sendable {
        /// The plan of the running task, if a test has set one.
        @TaskLocal public static var current: FaultPlan?

        private let call: SystemCall
        /// What the calls fail with, one after the other; those behind the last fail with the last.
        private let errors: [Errno]
        /// Which of the calls fail, counted from 0.
        private let failing: Range<Int>
        private let made = Mutex(0)

        /// Creates a plan in which `call` is let through `after` times, then fails `times` times with `error`.
        public init(failing call: SystemCall, with error: Errno, after: Int = 0, times: Int = .max) {
            self.call = call
            errors = [error]
            failing = after..<(times == .max ? .max : after + times)
        }

        /// Creates a plan in which `call` fails with each of `errors` in turn, and then always with the last.
        public init(failing call: SystemCall, withEach errors: [Errno]) {
            self.call = call
            self.errors = errors
            failing = 0..<(.max)
        }

        /// The error with which the next `call` of this task must fail; nil lets the kernel answer.
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
