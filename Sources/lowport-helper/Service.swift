// SPDX-License-Identifier: Apache-2.0
import HelperProtocol
import Linux
import PortPolicy

/// The helper as the broker uses it: one request after the other, until the one who asks is gone.
struct Service: ~Copyable {
    private let caller: Caller
    private let names: NameService
    private var log = SystemLog()
    private var cache = PolicyCache(of: .system)

    /// Whether the arguments of the program, its name among them, ask for it.
    static func isRequested(by arguments: [ByteString]) -> Bool { arguments.count == 2 && arguments[1] == "--serve" }

    /// Will serve in the name of `caller`, with what `names` knows.
    init(for caller: Caller, names: NameService) {
        self.caller = caller
        self.names = names
    }

    /// Serves the peer of the message channel on descriptor 0.
    /// - Returns: the exit status.
    mutating func run() -> Int32 {
        let channel = InheritedDescriptor.standardInput
        Confinement.limitLife(seconds: 0)
        var listening: NotificationLoop?
        while true {
            do throws(Errno) {
                guard var message = try channel.receive(limit: HelperRequest.size) else { return 0 }
                switch HelperOrder(message.bytes) {
                case .listen:
                    listening = try listen(to: message.descriptor.take(), channel)
                    if try !passOn(&listening, to: channel) { return 0 }
                case .resume:
                    if try !passOn(&listening, to: channel) { return 0 }
                case nil: try channel.send(reply(to: message).bytes)
                }
            } catch {
                return error == .brokenPipe ? 0 : error.rawValue
            }
        }
    }

    /// Takes the listener over, and gives the record in return.
    private func listen(
        to descriptor: consuming FileDescriptor?,
        _ channel: InheritedDescriptor
    ) throws(Errno) -> NotificationLoop {
        guard let descriptor else { throw .badFileDescriptor }
        let listener = NotificationListener(descriptor)
        guard listener.isGenuine else { throw .invalidArgument }
        let record = try NotificationRecord()
        let readable = record.descriptor.reference
        let listening = try NotificationLoop(to: listener, record)
        try channel.send([1], with: readable)
        return listening
    }

    /// Listens until there is something for the supervisor.
    /// - Returns: false if there will be nothing any more.
    private mutating func passOn(_ listening: inout NotificationLoop?, to channel: InheritedDescriptor) throws(Errno)
        -> Bool
    {
        guard let call = try listening?.nextForSupervisor(&self) else { return false }
        try channel.send(call.bytes)
        return true
    }

    private mutating func reply(to message: borrowing ReceivedMessage) -> HelperReply {
        guard let request = HelperRequest(message.bytes), let socket = message.carried else {
            return .failed(.invalidArgument)
        }
        return bind(socket, to: request.address, thread: request.thread)
    }

    /// Binds `socket` to `address`, if the caller may, and tells the log.
    /// - Parameter thread: the one that wants it, for the log alone.
    mutating func bind(_ socket: InheritedDescriptor, to address: SocketAddress, thread: Int32) -> HelperReply {
        // What was decided must not be done when it may have been revoked; waiting may take as long as it likes.
        Confinement.beginWork(within: 5)
        defer { Confinement.endWork() }
        let now = WallClock.seconds
        let asked = DelegatedBind(caller: caller, socket: socket, address: address, thread: thread)
        let request = asked.request
        let decision = cache.policy(for: request.port, now: now)
            .decision(for: request, in: caller.context(now: now, names: names))
        return asked.carryOut(request, decision, log: &log)
    }
}
