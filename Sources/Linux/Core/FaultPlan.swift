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
        private let error: Errno
        private let skipped: Mutex<Int>

        /// Creates a plan in which `call` fails with `error`, for ever, after it has been let through `after` times.
        public init(failing call: SystemCall, with error: Errno, after: Int = 0) {
            self.call = call
            self.error = error
            skipped = Mutex(after)
        }

        /// The error with which the next `call` of this task must fail; nil lets the kernel answer.
        static func next(_ call: SystemCall) -> Errno? {
            guard let plan = current, plan.call == call else { return nil }
            return plan.skipped.withLock { left in
                if left > 0 {
                    left -= 1
                    return nil
                }
                return plan.error
            }
        }
    }
#endif
