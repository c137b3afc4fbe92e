// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// All capability sets of a process or thread (capabilities(7), "Thread capability sets").
///
/// Linux keeps the sets for every thread. The functions that change them change those of the calling thread, and refuse
/// to do so while the process has other threads, which would keep all privileges: an attacker in control of one of
/// those threads would have the privileges too.
public struct ProcessCapabilities: Hashable, Sendable {
    /// The effective, permitted and inheritable sets.
    public let state: CapabilityState
    /// The bounding set: the capabilities that execve(2) may give.
    public let bounding: CapabilitySet
    /// The ambient set: the capabilities that execve(2) of an ordinary file keeps.
    public let ambient: CapabilitySet

    init(state: CapabilityState, bounding: CapabilitySet, ambient: CapabilitySet) {
        self.state = state
        self.bounding = bounding
        self.ambient = ambient
    }

    /// The sets of the calling thread.
    public static func current() throws(Errno) -> ProcessCapabilities { try ProcessCapabilities(ofProcess: 0) }

    /// The sets of a process, as reported in proc(5).
    /// - Parameter process: the process ID; 0 is the calling thread. Throws ESRCH if there is no such process.
    public init(ofProcess process: Int32) throws(Errno) {
        if process < 0 { throw .invalidArgument }
        let path: ByteString = process == 0 ? "/proc/thread-self/status" : "/proc/\(process)/status"
        let text: StatusText
        do {
            text = StatusText(try FileDescriptor.open(path, .readOnly).readToEnd(limit: 1 << 20))
        } catch {
            throw error == .noSuchFile ? .noSuchProcess : error
        }
        guard let inheritable = text.capabilities("CapInh"), let permitted = text.capabilities("CapPrm"),
            let effective = text.capabilities("CapEff"), let bounding = text.capabilities("CapBnd")
        else { throw .inputOutput }
        state = CapabilityState(effective: effective, permitted: permitted, inheritable: inheritable)
        self.bounding = bounding
        // Available since Linux 4.3.
        ambient = text.capabilities("CapAmb") ?? []
    }
}

/// Why the capabilities of this process were not changed.
@nonexhaustive
public enum ProcessCapabilitiesError: Error, Hashable, Sendable {
    /// The process has other threads, which would keep their capabilities.
    case otherThreads(Int)
    /// The kernel refused.
    case system(Errno)
}

extension CapabilityState {
    /// Makes these the sets of the process, which must not have other threads.
    public func apply() throws(ProcessCapabilitiesError) {
        try CurrentProcess.requireSingleThread()
        do { try applyToCurrentThread() } catch { throw .system(error) }
    }

    /// Calls `body` while `capabilities`, which must be permitted, are effective in this thread, and restores the
    /// previous effective set on every way out.
    public static func raising<Result, Failure: Error>(
        _ capabilities: CapabilitySet,
        _ body: () throws(Failure) -> Result
    ) throws(RaisingError<Failure>) -> Result {
        let before: CapabilityState
        do {
            before = try ofCurrentThread()
            var raised = before
            raised.effective.formUnion(capabilities)
            try raised.applyToCurrentThread()
        } catch {
            throw .capabilities(error)
        }
        let result: Swift.Result<Result, Failure>
        do { result = .success(try body()) } catch { result = .failure(error) }
        // Only the effective set is restored: `body` may have given up permitted capabilities.
        do {
            var after = try ofCurrentThread()
            after.effective = before.effective.intersection(after.permitted)
            try after.applyToCurrentThread()
        } catch {
            throw .capabilities(error)
        }
        do { return try result.get() } catch { throw .body(error) }
    }
}

/// Why `CapabilityState.raising` has no result: one of the two parties failed, so that a `switch` can name both.
public enum RaisingError<Failure: Error>: Error {
    /// The capabilities could not be made effective, or could not be lowered again.
    case capabilities(Errno)
    /// `body` failed.
    case body(Failure)
}

extension CurrentProcess {
    /// Throws if the process has more than one thread.
    package static func requireSingleThread() throws(ProcessCapabilitiesError) {
        let names: [ByteString]
        do {
            names = try FileDescriptor.open("/proc/self/task", [.readOnly, .directory]).names()
        } catch {
            throw .system(error)
        }
        if names.count != 1 { throw .otherThreads(names.count - 1) }
    }
}
