// SPDX-License-Identifier: Apache-2.0
import LowportBroker
import LowportHelperProtocol
import LowportLinux

/// The mode in which the helper answers the binds of a process tree itself, without a detour through the supervisor.
///
/// It carries out permitted binds, and passes to the kernel the calls that the kernel decides. It forwards everything
/// else, including refusals, to the supervisor: this process has the listener and a privilege, so it does only what
/// requires them. It inspects programs with the rights of the user, like a debugger of that user.
struct NotificationLoop: ~Copyable {
    private let listener: NotificationListener
    private let record: NotificationRecord
    private let firstOpenPort: UInt32
    private var callers = Callers(of: .current(unprivileged: true))

    /// What to do with a call.
    private enum Answer {
        case result(Errno?)
        case resume
        case passOn(refusal: Errno?)
    }

    /// Creates the loop for `listener`. The supervisor uses `record` to finish a call that the helper leaves
    /// unfinished.
    init(to listener: consuming NotificationListener, _ record: consuming NotificationRecord) throws(Errno) {
        self.listener = listener
        self.record = record
        firstOpenPort = try PortThreshold.current
    }

    /// Answers calls until one must be forwarded.
    /// - Returns: the call to forward; nil when no program is left.
    mutating func nextForSupervisor(_ service: inout Service) throws(Errno) -> ForwardedCall? {
        while true {
            do throws(Errno) {
                let notification = try listener.receive(into: record)
                switch answer(to: notification, &service) {
                case .result(let error): try listener.answer(notification, with: error)
                case .resume: try listener.resume(notification)
                case .passOn(let refusal): return ForwardedCall(notification, refusal: refusal)
                }
            } catch {
                // The program was killed in the meantime, or all programs have ended.
                if error != .noSuchFile { throw error }
                if listener.isAbandoned { return nil }
            }
        }
    }

    private mutating func answer(to notification: Notification, _ service: inout Service) -> Answer {
        guard let call = BindFilter.call(notification), call != .restrictSelf else { return .passOn(refusal: nil) }
        let bind: PendingBind?
        do throws(Errno) { bind = try PendingBind.read(notification, call: call) } catch {
            return .passOn(refusal: nil)
        }
        guard let bind, bind.needsPermission(firstOpen: firstOpenPort),
            let socket = callers.socket(bind.descriptor, of: notification.thread),
            callers.authority(over: socket) == .helper,
            // If the call is still waiting, all of the above was about its thread and not about another with the same
            // ID.
            listener.isWaiting(notification)
        else { return .resume }
        switch service.bind(socket.reference, to: bind.address, thread: notification.thread) {
        case .bound: return .result(nil)
        case .failed(let error): return .result(error)
        case .refused(let error): return .passOn(refusal: error)
        }
    }
}
