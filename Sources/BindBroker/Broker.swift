// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Puts the calling process, and whatever program takes its place, under a supervisor.
public enum Broker {
    /// What did not work.
    public enum Problem: Error, Hashable, Sendable {
        /// The process already has a filter with a listener, as in some containers.
        case nested
        /// The kernel lets nobody look into other programs, with this `kernel.yama.ptrace_scope` (Yama).
        case restricted(scope: Int)
        /// Another step failed.
        case failure(Errno)
    }

    /// Starts the supervisor and puts the filter on the calling process.
    ///
    /// The supervisor is no child of the process and no member of its group or session. It ends with the last process that
    /// has the filter, and lets no signal in but SIGALRM; if it is killed before, their binds fail with ENOSYS.
    public static func supervise(helper path: ByteString) throws(Problem) {
        let scope = Yama.scope ?? 0
        if let problem = obstacle(yamaScope: scope, isRoot: CurrentProcess.effectiveUser == .root) { throw problem }
        do throws(Errno) {
            // To be watched takes the right to gain privileges, for good: the library would need it, if this fails.
            if CurrentProcess.hasFilters, try !CurrentProcess.succeedsElsewhere(mayInstall) {
                throw .busy
            }
            var theirs: FileDescriptor?
            let ours = try FileDescriptor.messageChannel(peer: &theirs)
            guard let end = theirs.take() else { throw .badFileDescriptor }
            let number = InheritedDescriptor(end.rawValue)
            try CurrentProcess.detach { serve(number, helper: path) }
            try end.close()
            let listener = try NotificationListener.install(BindFilter.program)
            let descriptor = listener.release()
            try ours.send([1], with: InheritedDescriptor(descriptor.rawValue))
        } catch {
            throw error == .busy ? .nested : .failure(error)
        }
    }

    private static func mayInstall() -> Bool {
        do throws(Errno) {
            _ = try NotificationListener.install(BindFilter.program)
            return true
        } catch { return error != .busy }
    }

    /// What keeps a supervisor, which is no parent of the program, from looking into it; nil if it may.
    ///
    /// At 1 only parents may, at 2 only root, at 3 nobody.
    public static func obstacle(yamaScope scope: Int, isRoot: Bool) -> Problem? {
        scope == 0 || isRoot && scope < 3 ? nil : .restricted(scope: scope)
    }

    /// The life of the supervisor: waits for the listener, then answers.
    private static func serve(_ channel: InheritedDescriptor, helper path: ByteString) -> Int32 {
        do throws(Errno) {
            let channel = try Confinement.keepOnly(channel)
            try CurrentProcess.leaveStandardDescriptors()
            // It lives as long as its programs: what ends them in good order, like a signal to a whole session, must not
            // end it before.
            Confinement.blockSignals()
            guard var message = try channel.receive(limit: 1), let descriptor = message.descriptor.take() else {
                return 1
            }
            _ = consume channel
            var supervisor = Supervisor(
                listener: NotificationListener(descriptor),
                helper: HelperConnection(path: path)
            )
            supervisor.run()
            return 0
        } catch {
            return 1
        }
    }
}
