// SPDX-License-Identifier: Apache-2.0
import LowportHelperProtocol
import LowportLinux
import LowportPolicy

/// The helper in the service of the broker: it handles requests until the requester closes the channel.
struct Service: ~Copyable {
    private let caller: Caller
    private let names: NameService
    private var log = SystemLog()
    private var cache = PolicyCache(of: .system)

    /// Whether `arguments`, which include the program's name, request this mode.
    static func isRequested(by arguments: [ByteString]) -> Bool { arguments.count == 2 && arguments[1] == "--serve" }

    /// Creates a service for `caller` that resolves names with `names`.
    init(for caller: Caller, names: NameService) {
        self.caller = caller
        self.names = names
    }

    /// Handles the requests on the message channel at descriptor 0.
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

    /// Takes over the listener, and sends back the record.
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

    /// Answers calls until one must be forwarded to the supervisor.
    /// - Returns: false if there will be no more calls.
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

    /// Binds `socket` to `address`, if the caller is permitted to, and writes to the log.
    /// - Parameter thread: the calling thread, for the log only.
    mutating func bind(_ socket: InheritedDescriptor, to address: SocketAddress, thread: Int32) -> HelperReply {
        // A decision must not be carried out once it may have been revoked. Waiting for requests has no time limit.
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
