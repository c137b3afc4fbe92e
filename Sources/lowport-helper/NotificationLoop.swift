// SPDX-License-Identifier: Apache-2.0
import BindBroker
import HelperProtocol
import Linux

/// The helper as it answers the binds of a tree of programs itself, without a detour by the supervisor that started it.
///
/// It binds what may be bound, and lets the kernel carry out what the kernel decides by itself. Everything else, refusals
/// among it, is the supervisor's: this has the listener and a privilege, and so does nothing that could do without either.
/// What it finds out about a program it finds out with the rights of the user, which a debugger of theirs would have.
struct NotificationLoop: ~Copyable {
    private let listener: NotificationListener
    private let record: NotificationRecord
    private let firstOpenPort: UInt32
    private var callers = Callers(of: .current(unprivileged: true))

    /// What is to be done about a call.
    private enum Answer {
        case result(Errno?)
        case resume
        case passOn(refusal: Errno?)
    }

    /// Listens to `listener` and keeps `record`, by which the supervisor sees to what is left unfinished.
    init(to listener: consuming NotificationListener, _ record: consuming NotificationRecord) throws(Errno) {
        self.listener = listener
        self.record = record
        firstOpenPort = try PortThreshold.current
    }

    /// Answers calls, until one is to be passed on.
    /// - Returns: that one; nil when no program is left.
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
                // The program was killed meanwhile, or all have ended.
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
            // If it still waits now, then all of the above was about it and not about one with its old number.
            listener.isWaiting(notification)
        else { return .resume }
        switch service.bind(socket.reference, to: bind.address, thread: notification.thread) {
        case .bound: return .result(nil)
        case .failed(let error): return .result(error)
        case .refused(let error): return .passOn(refusal: error)
        }
    }
}
