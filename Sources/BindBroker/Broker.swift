// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// Puts the calling process, and whatever program takes its place, under a supervisor.
public enum Broker {
    /// What did not work.
    public enum Problem: Error, Hashable, Sendable {
        /// The process already has a filter with a listener, as in some containers.
        case nested
        /// Another step failed.
        case failure(Errno)
    }

    /// Starts the supervisor and puts the filter on the calling process.
    ///
    /// The supervisor is no child of the process and no member of its group or session. It ends with the last process that
    /// has the filter. If it ends before, their binds fail with ENOSYS.
    public static func supervise(helper path: ByteString) throws(Problem) {
        do throws(Errno) {
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
            // EBUSY.
            throw error == Errno(rawValue: 16) ? .nested : .failure(error)
        }
    }

    /// The life of the supervisor: waits for the listener, then answers.
    private static func serve(_ channel: InheritedDescriptor, helper path: ByteString) -> Int32 {
        do throws(Errno) {
            let channel = try Confinement.keepOnly(channel)
            try CurrentProcess.leaveStandardDescriptors()
            ignoreBrokenPipes()
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
