// SPDX-License-Identifier: Apache-2.0
internal import LowportHelperProtocol
package import LowportLinux

/// Answers the binds of a process tree until its last program has ended.
///
/// The supervisor never binds anything itself, even if root started it. It reads the requests, has the helper judge and
/// bind them for the principal only, and leaves everything else to the kernel (`BindAuthority`).
package struct Supervisor: ~Copyable {
    private let listener: NotificationListener
    private var helper: HelperConnection
    /// The first unprivileged port.
    private let firstOpenPort: UInt32
    private let principal: Principal
    /// Whether a program in the tree has put itself under Landlock, so that all binds are left to the kernel.
    private var isRestricted = false
    /// Whether the supervisor has logged that a program cannot be inspected.
    private var hasComplained = false
    /// The last binds that succeeded but could not be reported, because a signal interrupted the call: their programs
    /// retry.
    private var unreported: [(socket: UInt64, address: SocketAddress)] = []
    /// The call that a helper may have carried out before it died.
    private var unfinished: UInt64?
    /// Whether the supervisor has chosen a CPU.
    private var isSettled = false
    private var callers: Callers
    /// Gets the thread, the error and the bind of each refusal, before the thread hears of it.
    private let onRefusal: (Int32, Errno, PendingBind) -> Void
    /// Whether the helper may answer ordinary binds itself.
    ///
    /// The helper inspects programs with the rights of its user. It is therefore not used for root's programs, which
    /// may change their user; for a starter with capabilities, which the helper does not know; or for programs that
    /// only an ancestor may inspect. It also needs a kernel that ends its wait when the last program has ended.
    private var mayDelegate: Bool

    /// Creates the supervisor of the programs whose calls `listener` receives.
    /// - Parameters:
    ///   - helperMayInspect: whether the helper may inspect the programs as well.
    ///   - onRefusal: gets the thread, the error and the bind of each refusal, before the thread hears of it.
    package init(
        listener: consuming NotificationListener,
        helper: consuming HelperConnection,
        helperMayInspect: Bool = true,
        onRefusal: @escaping (Int32, Errno, PendingBind) -> Void
    ) {
        self.onRefusal = onRefusal
        self.listener = listener
        self.helper = helper
        principal = .current()
        callers = Callers(of: principal)
        mayDelegate =
            helperMayInspect && KernelFeatures.endsNotificationWaits && CurrentProcess.realUser != .root
            && principal.isUnprivileged
        firstOpenPort = PortThreshold.currentOrStandard
    }

    /// Answers calls until no program is left.
    package mutating func run() {
        listener.wakeAtOnce()
        while let call = nextCall() {
            do throws(Errno) {
                try answer(call)
            } catch {
                // ENOENT: the program was killed, or a signal interrupted the call; if the program retries, a new
                // notification follows.
                if error != .noSuchFile && error != .interrupted { return }
            }
            if isRestricted {
                helper.stop()
            } else if mayDelegate, helper.isRunning {
                mayDelegate = helper.listen(to: listener)
            }
        }
    }

    /// Waits for the next call that the supervisor must answer; nil when no program is left.
    private mutating func nextCall() -> ForwardedCall? {
        while true {
            if helper.isListening {
                if let call = helper.passedOnCall() { return call }
                // The helper has exited. No other process can receive the call that it had received.
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
            // If the call is still waiting, all of the above was about its thread and not about another with the same
            // ID.
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

    /// Answers the call. The copy of the socket is closed before that: a program that ends at once must not leave its port
    /// in use.
    private mutating func answer(
        _ asked: ForwardedCall,
        _ bind: PendingBind,
        _ socket: consuming FileDescriptor
    ) throws(Errno) {
        let notification = asked.notification
        let cookie = try? socket.cookie()
        if let cookie,
            let index = unreported.firstIndex(where: { $0.socket == cookie && $0.address == bind.address })
        {
            unreported.remove(at: index)
            try? socket.close()
            return try listener.answer(notification, with: nil)
        }
        if unfinished == notification.identifier, (try? socket.localAddress()) == bind.address {
            try? socket.close()
            return try listener.answer(notification, with: nil)
        }
        if !isSettled {
            // Stay on the CPU of the program. The helper, a child, stays there too, and the kernel wakes the program
            // there: processes that take turns on one CPU need not wait for another CPU to wake up.
            Processor.stay(on: Processor.current)
            isSettled = true
        }
        let outcome = reply(to: asked, bind, socket)
        try? socket.close()
        switch outcome {
        case .bound:
            do throws(Errno) {
                try listener.answer(notification, with: nil)
            } catch {
                if let cookie { unreported.append((cookie, bind.address)) }
                // A program that was killed does not retry.
                if unreported.count > 16 { unreported.removeFirst() }
                throw error
            }
        case .failed(let error): try listener.answer(notification, with: error)
        case .refused(let error):
            // The kernel also fails with EACCES, unless the port has become unprivileged since. The other errors are
            // authbind's.
            let isPrivileged = bind.needsPermission(firstOpen: PortThreshold.currentOrStandard)
            if isPrivileged { onRefusal(notification.thread, error, bind) }
            if error == .permissionDenied || !isPrivileged {
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
            return try helper.bind(socket.reference, to: bind.address, thread: asked.notification.thread)
        } catch {
            return .failed(error)
        }
    }

    /// Whether the helper, and not the kernel, decides for the thread that owns `socket`.
    private mutating func isForHelper(_ socket: borrowing FileDescriptor, _ thread: Int32) -> Bool {
        switch callers.authority(over: socket) {
        case .helper: return true
        case .kernel(.unknown): report(thread, principal.isKnown ? .permissionDenied : .noSuchProcess)
        case .kernel: break
        }
        return false
    }

    /// Logs once that a program's binds cannot be handled, and why.
    private mutating func report(_ thread: Int32, _ error: Errno) {
        if hasComplained { return }
        hasComplained = true
        let name = (try? ProcessName.of(thread)) ?? "?"
        let message: ByteString =
            "<85>\(Broker.processName): cannot look into pid \(thread) (program \(name.quotedForLog)): \(error.sentence); "
        try? FileDescriptor.systemLog().send((message + "its binds are left to the kernel").bytes)
    }
}
