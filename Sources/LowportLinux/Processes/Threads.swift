// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Threads that run until their work is done; deinit waits for them.
// Its end is to be seen by the modules that have such a value: see `FileDescriptor`.
@usableFromInline
package struct ThreadGroup: ~Copyable {
    private var threads: [pthread_t] = []

    /// Creates a group without threads.
    package init() {}

    @inlinable
    deinit { join() }

    @usableFromInline
    func join() {
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Whether no thread has been started.
    package var isEmpty: Bool { threads.isEmpty }

    /// Starts a thread that runs `work`.
    ///
    /// The corresponding C function is pthread_create(3). Throws ENOSYS if the C library has no threads: glibc before 2.34.
    package mutating func start(_ work: @escaping @Sendable () -> Void) throws(Errno) {
        let box = unsafe Unmanaged.passRetained(Work(work))
        var thread = pthread_t()
        let status = unsafe clinux_start_thread(&thread, runThread, box.toOpaque())
        if status != 0 {
            unsafe box.release()
            throw Errno(rawValue: status)
        }
        threads.append(thread)
    }

    /// How many processors this process may run on (sched_getaffinity(2)).
    package static var availableProcessors: Int { Int(clinux_available_processors()) }
}

/// The work of a thread, as an object for a C pointer.
private final class Work {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // SAFETY: `ThreadGroup.start` passes a retained `Work`, once.
    if let context = unsafe context { unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}

/// A value shared by threads: one thread at a time accesses it, and others may wait for a condition on it.
@safe package final class Guarded<Value>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value
    private var waiting = 0

    /// Creates the guard of `value`.
    package init(_ value: Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        unsafe changed = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe pthread_cond_destroy(changed)
        unsafe mutex.deallocate()
        unsafe changed.deallocate()
    }

    /// Calls `body` with the value under the lock, and then wakes the threads that wait.
    package func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        let result = body(&value)
        if waiting > 0 { unsafe pthread_cond_broadcast(changed) }
        return result
    }

    /// Calls `body` with the value, now and after every `withLock`, until it returns a result. Changes by `body` itself
    /// wake no thread.
    package func wait<Result: Sendable>(until body: (inout Value) -> Result?) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            waiting += 1
            unsafe pthread_cond_wait(changed, mutex)
            waiting -= 1
        }
    }
}
