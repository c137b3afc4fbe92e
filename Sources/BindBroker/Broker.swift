// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Puts the calling process, and whatever program takes its place, under a supervisor.
public enum Broker {
    /// Where the supervisor is.
    public enum Placement: Hashable, Sendable {
        /// Beside the program, which has the process number, the parent and the children that it would have without it.
        case beside
        /// Above the program, which is a descendant of it; a stand-in has the process number (`StandIn`).
        case above
    }

    /// What did not work.
    public enum StartError: Error, Hashable, Sendable {
        /// The process already has a filter with a listener, as in some containers.
        case nested
        /// The kernel lets the supervisor look into no program, wherever it is, as Yama does, and some containers.
        case forbidden(Errno)
        /// Another step failed.
        case failure(Errno)
    }

    /// Starts the supervisor and puts the filter on the calling process or, above it, on a child in which this returns.
    ///
    /// The supervisor is no child of the process and no member of its group or session. It ends with the last process that
    /// has the filter, and lets no signal in but SIGALRM; if it is killed before, their binds fail with ENOSYS.
    /// - Parameters:
    ///   - path: the helper.
    ///   - placement: where the supervisor has to be; nil is beside the program, or above it where that is forbidden.
    /// - Returns: where the supervisor is.
    public static func supervise(
        helper path: ByteString,
        placement: Placement? = nil
    ) throws(StartError) -> Placement {
        do throws(Errno) {
            // To be watched takes the right to gain privileges, for good: the library would need it, if this fails.
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

    /// Starts the supervisor as nobody's child. It tries whether it may look into this process before the filter is there.
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

    // MARK: - Above it

    /// Throws if a process may not even look into its child.
    private static func checkInspectionOfChild() throws(Errno) {
        var theirs: FileDescriptor?
        let ours = try FileDescriptor.messageChannel(peer: &theirs)
        let found = ProcessAccess.offering(ours.reference) { (sample) -> Errno? in
            do throws(Errno) {
                guard let child = try CurrentProcess.fork() else {
                    // Until the parent has tried.
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

    /// The life of the supervisor: waits for the listener, then answers.
    /// - Parameters:
    ///   - sample: what to try first, with the answer on the channel; nil if it is known that it may.
    ///   - isAbove: whether it is an ancestor of the programs, as the helper, its child, is not.
    private static func serve(
        _ channel: InheritedDescriptor,
        helper path: ByteString,
        trying sample: ProcessSample? = nil,
        isAbove: Bool = false
    ) throws(Errno) {
        if let sample {
            // First of all, for the starter waits.
            var answer: UInt8 = 0
            do throws(Errno) { try sample.inspect() } catch { answer = UInt8(clamping: error.rawValue) }
            try channel.send([answer])
        }
        let channel = try Confinement.keepOnly(channel)
        try CurrentProcess.leaveStandardDescriptors()
        // It lives as long as its programs: what ends them in good order, like a signal to a whole session, must not
        // end it before.
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
