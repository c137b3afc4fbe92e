// SPDX-License-Identifier: Apache-2.0
internal import HelperProtocol
public import Linux

/// Answers the binds of a tree of programs until the last of them has ended.
///
/// The supervisor binds nothing itself, whatever it may: root may have started it. It has the helper bind what it has read
/// and the helper has judged, for the principal alone, and leaves everything else to the kernel (`BindAuthority`).
public struct Supervisor: ~Copyable {
    private let listener: NotificationListener
    private var helper: HelperConnection
    /// The first port that everybody may bind.
    private let firstOpenPort: UInt32
    private let principal: Principal
    /// Whether a program of the tree has put itself under Landlock, and so all are left to the kernel.
    private var isRestricted = false
    /// Whether the log has been told that a program cannot be looked into.
    private var hasComplained = false
    /// The last binds whose success could not be reported, because a signal had come first: their programs ask again.
    private var unreported: [(socket: UInt64, address: SocketAddress)] = []
    /// The call that a helper which died may have carried out before.
    private var unfinished: UInt64?
    /// Whether it has chosen a processor.
    private var isSettled = false
    private var callers: Callers
    /// Whether the helper may be left to answer the plain binds itself.
    ///
    /// It looks into programs with the rights of its user, so root's programs, which may become somebody else, are not for
    /// it, nor are those of a starter with capabilities, which it does not know; nor those into which only an ancestor
    /// may look; nor could it wait on a kernel that does not tell it when it is over.
    private var mayDelegate: Bool

    /// Creates the supervisor of the programs that `listener` hears of.
    /// - Parameter helperMayInspect: whether the helper may look into the programs too.
    public init(
        listener: consuming NotificationListener,
        helper: consuming HelperConnection,
        helperMayInspect: Bool = true
    ) {
        self.listener = listener
        self.helper = helper
        principal = .current()
        callers = Callers(of: principal)
        mayDelegate =
            helperMayInspect && KernelFeatures.endsNotificationWaits && CurrentProcess.realUser != .root
            && principal.isUnprivileged
        firstOpenPort = PortThreshold.currentOrStandard
    }

    /// Answers until there is nobody left to answer.
    public mutating func run() {
        listener.wakeAtOnce()
        while let call = nextCall() {
            do throws(Errno) {
                try answer(call)
            } catch {
                // ENOENT: the program was killed, or a signal took it out of the call; if it asks again we hear of it.
                if error != .noSuchFile && error != .interrupted { return }
            }
            if isRestricted {
                helper.stop()
            } else if mayDelegate, helper.isRunning {
                mayDelegate = helper.listen(to: listener)
            }
        }
    }

    /// Waits for the next call that is to be answered here; nil when no program is left.
    private mutating func nextCall() -> ForwardedCall? {
        while true {
            if helper.isListening {
                if let call = helper.passedOnCall() { return call }
                // It is gone. What it had received nobody else can receive.
                if let call = helper.unfinishedCall(), listener.isWaiting(call) {
                    unfinished = call.identifier
                    return ForwardedCall(call, refusal: nil)
                }
            }
            guard waitForNotification() else { return nil }
            do throws(Errno) {
                return ForwardedCall(try listener.receive(), refusal: nil)
            } catch {
                if error != .noSuchFile && error != .interrupted { return nil }
            }
        }
    }

    /// Waits for a notification; false when no program is left.
    private func waitForNotification() -> Bool {
        let source = InheritedDescriptor(listener.descriptor.rawValue)
        while true {
            do throws(Errno) {
                var entries = [PollEntry(source, .readable)]
                guard try poll(&entries, timeout: nil) else { continue }
                return entries[0].found.contains(.readable)
            } catch {
                if error != .interrupted { return false }
            }
        }
    }

    private mutating func answer(_ asked: ForwardedCall) throws(Errno) {
        let notification = asked.notification
        guard let call = BindFilter.call(notification) else { return try listener.resume(notification) }
        if call == .restrictSelf { isRestricted = true }
        guard call != .restrictSelf, !isRestricted, let bind = read(notification, call),
            bind.needsPermission(firstOpen: firstOpenPort),
            let socket = callers.socket(bind.descriptor, of: notification.thread),
            isForHelper(socket, notification.thread),
            // If it still waits now, then all of the above was about it and not about one with its old number.
            listener.isWaiting(notification)
        else { return try listener.resume(notification) }
        try answer(asked, bind, socket)
    }

    private mutating func read(_ notification: Notification, _ call: BindFilter.Call) -> PendingBind? {
        do throws(Errno) {
            return try PendingBind.read(notification, call: call)
        } catch {
            if error == .notPermitted { report(notification.thread, error) }
            return nil
        }
    }

    private mutating func answer(
        _ asked: ForwardedCall,
        _ bind: PendingBind,
        _ socket: borrowing FileDescriptor
    ) throws(Errno) {
        let notification = asked.notification
        if !unreported.isEmpty, let cookie = try? socket.cookie(),
            let index = unreported.firstIndex(where: { $0.socket == cookie && $0.address == bind.address })
        {
            unreported.remove(at: index)
            return try listener.answer(notification, with: nil)
        }
        if unfinished == notification.identifier, (try? socket.localAddress()) == bind.address {
            return try listener.answer(notification, with: nil)
        }
        if !isSettled {
            // Where the program runs now. The helper, a child, stays there too, and the kernel wakes the program there: who
            // takes turns on one processor need not wait for another to wake up.
            Processor.stay(on: Processor.current)
            isSettled = true
        }
        switch reply(to: asked, bind, socket) {
        case .bound:
            do throws(Errno) {
                try listener.answer(notification, with: nil)
            } catch {
                if let cookie = try? socket.cookie() { unreported.append((cookie, bind.address)) }
                // Whoever was killed does not ask again.
                if unreported.count > 16 { unreported.removeFirst() }
                throw error
            }
        case .failed(let error): try listener.answer(notification, with: error)
        case .refused(let error):
            // EACCES is what the kernel says as well, unless it allows the bind by now. The other errors are authbind's.
            if error == .permissionDenied || !bind.needsPermission(firstOpen: PortThreshold.currentOrStandard) {
                return try listener.resume(notification)
            }
            try listener.answer(notification, with: error)
        }
    }

    private mutating func reply(
        to asked: ForwardedCall,
        _ bind: PendingBind,
        _ socket: borrowing FileDescriptor
    ) -> HelperReply {
        if let refusal = asked.refusal { return .refused(refusal) }
        do throws(Errno) {
            return try helper.bind(socket, to: bind.address, thread: asked.notification.thread)
        } catch {
            return .failed(error)
        }
    }

    /// Whether the helper is asked for the thread that `socket` is from, and not the kernel.
    private mutating func isForHelper(_ socket: borrowing FileDescriptor, _ thread: Int32) -> Bool {
        switch callers.authority(over: socket) {
        case .helper: return true
        case .kernel(.unknown): report(thread, principal.isKnown ? .permissionDenied : .noSuchProcess)
        case .kernel: break
        }
        return false
    }

    /// Tells the log of the machine, once, that a program cannot be helped and why.
    private mutating func report(_ thread: Int32, _ error: Errno) {
        if hasComplained { return }
        hasComplained = true
        let name = (try? ProcessName.of(thread)) ?? "?"
        let message: ByteString =
            "<85>lowport-run: cannot look into pid \(thread) (program \(name.quotedForLog)): \(error.sentence); "
        try? FileDescriptor.systemLog().send((message + "its binds are left to the kernel").bytes)
    }
}
