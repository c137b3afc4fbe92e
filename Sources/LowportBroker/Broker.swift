// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Puts the calling process, and the program that it executes, under a supervisor.
package enum Broker {
    /// The position of the supervisor relative to the program.
    package enum Placement: Hashable, Sendable {
        /// Beside the program, which has the same process ID, parent and children as without a supervisor.
        case beside
        /// Above the program, which is its descendant; a stand-in keeps the original process ID (`StandIn`).
        case above
    }

    /// Starts the supervisor and installs the filter on the calling process or, with `.above`, on a child, in which
    /// this method then returns.
    ///
    /// The supervisor is not a child of the process and not a member of its group or session. It ends with the last
    /// process that has the filter, and blocks all signals except SIGALRM. If the supervisor is killed earlier, their
    /// binds fail with ENOSYS.
    ///
    /// Installing a filter gives up the right to gain privileges for good, which the library needs if the broker fails.
    /// All that the broker needs is therefore tried first, in other processes.
    /// - Parameters:
    ///   - path: the path of the helper.
    ///   - placement: the required position of the supervisor; nil means beside the program, or above it where the
    ///     former is forbidden.
    ///   - startsHelper: whether the helper is tried in any case; otherwise only where something could keep it from its
    ///     work, since starting it takes time.
    ///   - onRefusal: called in the supervisor, with the thread, the error and the bind of each refusal.
    /// - Returns: the position of the supervisor.
    package static func supervise(
        helper path: ByteString,
        placement: Placement? = nil,
        startsHelper: Bool = false,
        onRefusal: @escaping (Int32, Errno, PendingBind) -> Void = { _, _, _ in }
    ) throws(StartError) -> Placement {
        var helper: HelperTrial?
        if startsHelper || HelperTrial.isDoubtful(path) {
            do throws(Errno) { helper = try HelperTrial(of: path) } catch { throw .failure(error) }
        }
        var beside: FileDescriptor?
        var failure: StartError?
        do throws(StartError) { beside = try findPlacement(path, placement, onRefusal) } catch { failure = error }
        if failure == .nested { throw .nested }
        // Without the helper, nothing else matters.
        if let obstacle = helper.take()?.obstacle() { throw .helper(obstacle) }
        if let failure { throw failure }
        do throws(Errno) {
            if let channel = beside.take() {
                try installFilter(reportingTo: channel)
                return .beside
            }
            try ProgramTree.grow { (channel) throws(Errno) in
                try serve(channel, helper: path, isAbove: true, onRefusal)
            } begin: { (channel) throws(Errno) in
                try installFilter(reportingTo: channel)
            }
            return .above
        } catch { throw StartError(error) }
    }

    /// Finds a position from which a supervisor may look into programs.
    /// - Returns: the channel to the supervisor beside this process; nil if the supervisor has to be above the program.
    private static func findPlacement(
        _ path: ByteString,
        _ placement: Placement?,
        _ onRefusal: @escaping (Int32, Errno, PendingBind) -> Void
    ) throws(StartError) -> FileDescriptor? {
        if CurrentProcess.hasFilters { try tryFilter() }
        if placement != .above {
            do throws(StartError) { return try superviseBeside(path, onRefusal) } catch {
                guard placement == nil, error.isOfPlacement else { throw error }
            }
        }
        try tryInspectionOfChild()
        return nil
    }

    /// Throws if a step that was tried in a child did not succeed.
    private static func attempt(_ step: () throws(Errno) -> Void) throws(StartError) {
        let end: ProcessChange
        do throws(Errno) {
            end = try Trial {
                do throws(Errno) {
                    try step()
                    return 0
                } catch { return error.rawValue }
            }.end()
        } catch { throw .failure(error) }
        switch end {
        case .exited(status: 0): return
        case .exited(let status): throw StartError(Errno(rawValue: status))
        default: throw .killed
        }
    }

    /// Whether this process is watched by a listener, such as the supervisor of another command.
    package static var isNested: Bool {
        guard CurrentProcess.hasFilters else { return false }
        do throws(StartError) {
            try tryFilter()
            return false
        } catch { return error == .nested }
    }

    /// Throws if this process, which has filters already, cannot get another one with a listener, or no Unix socket.
    private static func tryFilter() throws(StartError) {
        do throws(StartError) {
            try attempt { () throws(Errno) in
                // The supervisor and the helper ask one for their network namespace (`networkNamespaceCookie`).
                _ = try FileDescriptor.unixSocket(datagrams: true)
                _ = try NotificationListener.install(BindFilter.program)
            }
        } catch {
            // Nothing was looked into yet.
            if case .forbidden(let error) = error { throw .failure(error) }
            throw error
        }
    }

    // MARK: - Beside the program

    /// Starts the supervisor as a detached process, which tries to inspect this process.
    /// - Returns: the channel on which it waits for the listener.
    private static func superviseBeside(_ path: ByteString, _ onRefusal: @escaping (Int32, Errno, PendingBind) -> Void)
        throws(StartError) -> FileDescriptor
    {
        do throws(Errno) {
            var theirs: FileDescriptor?
            let ours = try FileDescriptor.messageChannel(peer: &theirs)
            let found = ProcessAccess.offering(ours.reference) { (sample) -> Errno? in
                do throws(Errno) {
                    guard let end = theirs?.reference else { return .badFileDescriptor }
                    try CurrentProcess.detach {
                        (try? serve(end, helper: path, trying: sample, onRefusal)) == nil ? 1 : 0
                    }
                    // Otherwise the end of the supervisor would not be seen.
                    theirs = nil
                    guard let answer = try ours.receive(limit: 1), let byte = answer.bytes.first else {
                        return .brokenPipe
                    }
                    return byte == 0 ? nil : Errno(rawValue: Int32(byte))
                } catch { return error }
            }
            if let found { throw found }
            return ours
        } catch { throw StartError(error) }
    }

    private static func installFilter(reportingTo channel: borrowing FileDescriptor) throws(Errno) {
        let listener = try NotificationListener.install(BindFilter.program)
        let descriptor = listener.release()
        try channel.send([1], with: InheritedDescriptor(descriptor.rawValue))
    }

    // MARK: - Above the program

    /// Throws if a process may not even inspect its own child.
    private static func tryInspectionOfChild() throws(StartError) {
        try attempt { () throws(Errno) in
            var theirs: FileDescriptor?
            let ours = try FileDescriptor.messageChannel(peer: &theirs)
            let found = ProcessAccess.offering(ours.reference) { (sample) -> Errno? in
                do throws(Errno) {
                    guard let child = try CurrentProcess.fork() else {
                        // Wait until the parent has tried, or is gone.
                        theirs = nil
                        _ = try? ours.receive(limit: 1)
                        CurrentProcess.exit(0)
                    }
                    defer { try? theirs?.send([1]) }
                    try sample.of(child).inspect()
                    return nil
                } catch { return error }
            }
            if let found { throw found }
        }
    }

    // MARK: - The supervisor

    /// What ps(1) shows for the processes that work for the program, whichever command started them.
    package static var processName: ByteString { "lowport-run" }

    /// Runs the supervisor: waits for the listener, then answers calls.
    /// - Parameters:
    ///   - sample: what to inspect first, with the result sent on the channel; nil if inspection is known to be
    ///     permitted.
    ///   - onRefusal: what `supervise` was given.
    ///   - isAbove: whether the supervisor is an ancestor of the programs; the helper, its child, is not.
    private static func serve(
        _ channel: InheritedDescriptor,
        helper path: ByteString,
        trying sample: ProcessSample? = nil,
        isAbove: Bool = false,
        _ onRefusal: @escaping (Int32, Errno, PendingBind) -> Void
    ) throws(Errno) {
        CurrentProcess.name(processName)
        let channel = try Confinement.keepOnly(channel)
        try CurrentProcess.leaveStandardDescriptors()
        if let sample {
            // Nothing is left that could fail: what waits for this answer installs the filter for good.
            var answer: UInt8 = 0
            do throws(Errno) { try sample.inspect() } catch { answer = UInt8(clamping: error.rawValue) }
            try channel.send([answer])
        }
        // The supervisor must live as long as its programs. What ends the programs in an orderly way, such as a signal
        // to a whole session, must not end the supervisor first.
        Confinement.blockSignals()
        guard var message = try channel.receive(limit: 1), let descriptor = message.descriptor.take() else { return }
        _ = consume channel
        var supervisor = Supervisor(
            listener: NotificationListener(descriptor),
            helper: HelperConnection(path: path),
            helperMayInspect: !isAbove,
            onRefusal: onRefusal
        )
        supervisor.run()
    }
}
