// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Puts the calling process, and the program that it executes, under a supervisor.
public enum Broker {
    /// The position of the supervisor relative to the program.
    public enum Placement: Hashable, Sendable {
        /// Beside the program, which has the same process ID, parent and children as without a supervisor.
        case beside
        /// Above the program, which is its descendant; a stand-in keeps the original process ID (`StandIn`).
        case above
    }

    /// Why the supervisor could not be started.
    public enum StartError: Error, Hashable, Sendable {
        /// The process already has a filter with a listener, as in some containers.
        case nested
        /// The kernel lets the supervisor inspect no program from either position, as with Yama and in some containers.
        case forbidden(Errno)
        /// Another step failed.
        case failure(Errno)
    }

    /// Starts the supervisor and installs the filter on the calling process or, with `.above`, on a child, in which
    /// this method then returns.
    ///
    /// The supervisor is not a child of the process and not a member of its group or session. It ends with the last
    /// process that has the filter, and blocks all signals except SIGALRM. If the supervisor is killed earlier, their
    /// binds fail with ENOSYS.
    /// - Parameters:
    ///   - path: the path of the helper.
    ///   - placement: the required position of the supervisor; nil means beside the program, or above it where the
    ///     former is forbidden.
    /// - Returns: the position of the supervisor.
    public static func supervise(
        helper path: ByteString,
        placement: Placement? = nil
    ) throws(StartError) -> Placement {
        do throws(Errno) {
            // Installing a filter gives up the right to gain privileges for good. The library would need that right if
            // the broker fails, so a child process tries the installation first.
            if CurrentProcess.hasFilters, try !CurrentProcess.succeedsElsewhere(mayInstall) { throw .busy }
            if placement != .above {
                do throws(Errno) {
                    try superviseBeside(path)
                    return .beside
                } catch {
                    if placement == .beside || !isForbidden(error) { throw error }
                }
            }
            try checkInspectionOfChild()
            try ProgramTree.grow { (channel) throws(Errno) in
                try serve(channel, helper: path, isAbove: true)
            } begin: { (channel) throws(Errno) in
                try installFilter(reportingTo: channel)
            }
            return .above
        } catch {
            if error == .busy { throw .nested }
            throw isForbidden(error) ? .forbidden(error) : .failure(error)
        }
    }

    private static func isForbidden(_ error: Errno) -> Bool {
        error == .notPermitted || error == .permissionDenied || error == .noSystemCall
    }

    private static func mayInstall() -> Bool {
        do throws(Errno) {
            _ = try NotificationListener.install(BindFilter.program)
            return true
        } catch { return error != .busy }
    }

    // MARK: - Beside the program

    /// Starts the supervisor as a detached process, which tries to inspect this process before the filter is installed.
    private static func superviseBeside(_ path: ByteString) throws(Errno) {
        var theirs: FileDescriptor?
        let ours = try FileDescriptor.messageChannel(peer: &theirs)
        guard let end = theirs.take() else { throw .badFileDescriptor }
        let number = InheritedDescriptor(end.rawValue)
        let found = ProcessAccess.offering(number) { (sample) -> Errno? in
            do throws(Errno) {
                try CurrentProcess.detach { (try? serve(number, helper: path, trying: sample)) == nil ? 1 : 0 }
                guard let answer = try ours.receive(limit: 1), let byte = answer.bytes.first else { return .brokenPipe }
                return byte == 0 ? nil : Errno(rawValue: Int32(byte))
            } catch { return error }
        }
        if let found { throw found }
        try end.close()
        try installFilter(reportingTo: ours)
    }

    private static func installFilter(reportingTo channel: borrowing FileDescriptor) throws(Errno) {
        let listener = try NotificationListener.install(BindFilter.program)
        let descriptor = listener.release()
        try channel.send([1], with: InheritedDescriptor(descriptor.rawValue))
    }

    // MARK: - Above the program

    /// Throws if a process may not even inspect its own child.
    private static func checkInspectionOfChild() throws(Errno) {
        var theirs: FileDescriptor?
        let ours = try FileDescriptor.messageChannel(peer: &theirs)
        let found = ProcessAccess.offering(ours.reference) { (sample) -> Errno? in
            do throws(Errno) {
                guard let child = try CurrentProcess.fork() else {
                    // Wait until the parent has tried.
                    theirs = nil
                    _ = try? ours.receive(limit: 1)
                    CurrentProcess.exit(0)
                }
                defer {
                    try? theirs?.send([1])
                    CurrentProcess.collect(child.identifier)
                }
                try sample.of(child).inspect()
                return nil
            } catch { return error }
        }
        if let found { throw found }
    }

    // MARK: - The supervisor

    /// What ps(1) shows for the processes that work for the program, whichever command started them.
    public static var processName: ByteString { "lowport-run" }

    /// Runs the supervisor: waits for the listener, then answers calls.
    /// - Parameters:
    ///   - sample: what to inspect first, with the result sent on the channel; nil if inspection is known to be
    ///     permitted.
    ///   - isAbove: whether the supervisor is an ancestor of the programs; the helper, its child, is not.
    private static func serve(
        _ channel: InheritedDescriptor,
        helper path: ByteString,
        trying sample: ProcessSample? = nil,
        isAbove: Bool = false
    ) throws(Errno) {
        CurrentProcess.name(processName)
        if let sample {
            // First of all, for the starter waits.
            var answer: UInt8 = 0
            do throws(Errno) { try sample.inspect() } catch { answer = UInt8(clamping: error.rawValue) }
            try channel.send([answer])
        }
        let channel = try Confinement.keepOnly(channel)
        try CurrentProcess.leaveStandardDescriptors()
        // The supervisor must live as long as its programs. What ends the programs in an orderly way, such as a signal
        // to a whole session, must not end the supervisor first.
        Confinement.blockSignals()
        guard var message = try channel.receive(limit: 1), let descriptor = message.descriptor.take() else { return }
        _ = consume channel
        var supervisor = Supervisor(
            listener: NotificationListener(descriptor),
            helper: HelperConnection(path: path),
            helperMayInspect: !isAbove
        )
        supervisor.run()
    }
}
