// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
    internal import PortPolicy
#endif

/// Answers the binds of a tree of programs until the last of them has ended.
///
/// The supervisor has no privileges. It leaves to the kernel what the kernel allows by itself, has the helper do what
/// takes privilege, and never binds an address other than the one that it has read and the helper has judged.
public struct Supervisor: ~Copyable {
    private let listener: NotificationListener
    private var helper: HelperConnection
    /// The first port that everybody may bind.
    private let firstOpenPort: UInt16
    private let user = CurrentProcess.realUser
    private let group = CurrentProcess.realGroup
    /// Whether a program of the tree has put itself under Landlock, and so all are left to the kernel.
    private var isRestricted = false
    /// The bind whose success could not be reported, because a signal had come first: the program asks again.
    private var unreported: (socket: UInt64, address: SocketAddress)?

    /// Creates the supervisor of the programs that `listener` hears of.
    public init(listener: consuming NotificationListener, helper: consuming HelperConnection) {
        self.listener = listener
        self.helper = helper
        firstOpenPort = Supervisor.readFirstOpenPort()
    }

    /// Answers until there is nobody left to answer.
    public mutating func run() {
        listener.wakeAtOnce()
        while waitForNotification() {
            do throws(Errno) {
                let notification = try listener.receive()
                try answer(notification)
            } catch {
                // ENOENT: the program was killed, or a signal took it out of the call; if it asks again we hear of it.
                if error != .noSuchFile && error != .interrupted { return }
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

    private mutating func answer(_ notification: Notification) throws(Errno) {
        guard let call = BindFilter.call(notification) else { return try listener.resume(notification) }
        if call == .restrictSelf { isRestricted = true }
        guard call != .restrictSelf, !isRestricted,
            let bind = try? PendingBind.read(notification, call: call),
            bind.address.port.rawValue > 0, bind.address.port.rawValue < firstOpenPort,
            let socket = try? ProcessAccess.descriptor(bind.descriptor, of: notification.thread),
            isOurs(notification.thread),
            // If it still waits now, then all of the above was about it and not about one with its old number.
            listener.isWaiting(notification)
        else { return try listener.resume(notification) }
        try answer(notification, bind, socket)
    }

    private mutating func answer(
        _ notification: Notification,
        _ bind: PendingBind,
        _ socket: borrowing FileDescriptor
    ) throws(Errno) {
        if let last = unreported, last.address == bind.address, last.socket == (try? socket.cookie()) {
            unreported = nil
            return try listener.answer(notification, with: nil)
        }
        switch reply(to: bind, socket, thread: notification.thread) {
        case .bound:
            do throws(Errno) {
                try listener.answer(notification, with: nil)
            } catch {
                unreported = (try? socket.cookie()).map { ($0, bind.address) }
                throw error
            }
        case .failed(let error): try listener.answer(notification, with: error)
        case .refused(let error):
            // What the program can do by its own rights, or in its own network namespace, it need not be allowed.
            if mayBindItself(notification.thread) { return try listener.resume(notification) }
            try listener.answer(notification, with: error)
        }
    }

    private mutating func reply(
        to bind: PendingBind,
        _ socket: borrowing FileDescriptor,
        thread: Int32
    ) -> HelperReply {
        do throws(Errno) {
            let reply = try helper.bind(socket, to: bind.address, thread: thread)
            guard case .refused = reply else { return reply }
            // A network namespace of the program's own may have more open ports than ours.
            return (try? socket.bind(to: bind.address)) == nil ? reply : .bound
        } catch {
            return .failed(error)
        }
    }

    /// Whether the thread still has the identity that the helper judges: ours.
    ///
    /// Without privileges it is certain, since nobody else's memory could be read.
    private func isOurs(_ thread: Int32) -> Bool {
        if user != .root { return true }
        guard let status = try? ProcessStatus(of: thread) else { return false }
        return status.user == user && status.group == group
    }

    private func mayBindItself(_ thread: Int32) -> Bool {
        guard let status = try? ProcessStatus(of: thread) else { return false }
        return status.effective & 1 << 10 != 0
    }

    private static func readFirstOpenPort() -> UInt16 {
        let path: ByteString = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
        guard let text = try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64) else { return 1024 }
        var value = 0
        for byte in text where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 65535)
        }
        return UInt16(value)
    }
}
