// SPDX-License-Identifier: Apache-2.0
public import HelperProtocol
public import Linux

/// A helper that keeps running, started when it is first needed and again if it has ended.
public struct HelperConnection: ~Copyable {
    private let path: ByteString
    private var channel: FileDescriptor?
    private var child: Int32 = -1
    /// What the helper received last, if it listens itself.
    private var record: FileDescriptor?

    /// Will start the helper at `path`.
    public init(path: ByteString) { self.path = path }

    /// Has the helper bind `socket`. Throws if there is no helper to be had.
    public mutating func bind(
        _ socket: borrowing FileDescriptor,
        to address: SocketAddress,
        thread: Int32
    ) throws(Errno) -> HelperReply {
        let request = HelperRequest(address: address, thread: thread).bytes
        let carried = InheritedDescriptor(socket.rawValue)
        for _ in 1...5 {
            if channel == nil { try start() }
            // How a helper is lost says nothing about the bind.
            if let reply = try? exchange(request, carried) { return reply }
            stop()
            // It may have been lost between the bind and the reply.
            if (try? socket.localAddress()) == address { return .bound }
        }
        throw .noSystemCall
    }

    /// Sends the request and waits for the reply; nil if the helper has gone.
    private func exchange(_ request: [UInt8], _ carried: InheritedDescriptor) throws(Errno) -> HelperReply? {
        guard let number = channelNumber else { return nil }
        try number.send(request, with: carried)
        guard let message = try number.receive(limit: HelperReply.size) else { return nil }
        return HelperReply(message.bytes)
    }

    private var channelNumber: InheritedDescriptor? {
        switch channel {
        case .some(let channel): InheritedDescriptor(channel.rawValue)
        case .none: nil
        }
    }

    /// Whether the helper answers plain binds itself.
    public var isListening: Bool {
        switch record {
        case .some: true
        case .none: false
        }
    }

    /// Whether there is a helper.
    public var isRunning: Bool { channelNumber != nil }

    /// Has the helper answer the plain binds that `listener` hears of, or go on with that.
    /// - Returns: false if it cannot.
    public mutating func listen(to listener: borrowing NotificationListener) -> Bool {
        guard let number = channelNumber else { return false }
        if isListening {
            // If it is gone by now, the next look for a call finds out.
            try? number.send(HelperOrder.resume.bytes)
            return true
        }
        if (try? number.send(HelperOrder.listen.bytes, with: listener.descriptor.reference)) != nil,
            var message = try? number.receive(limit: 1)
        {
            record = message.descriptor.take()
        }
        if !isListening { stop() }
        return isListening
    }

    /// Waits for the next call that the listening helper leaves to us; nil if it is gone.
    public mutating func passedOnCall() -> ForwardedCall? {
        guard let number = channelNumber, let message = try? number.receive(limit: ForwardedCall.size) else {
            return nil
        }
        return ForwardedCall(message.bytes)
    }

    /// The call that a helper which is gone had received last; nil if it had answered all.
    public mutating func unfinishedCall() -> Notification? {
        guard let record = record.take() else { return nil }
        stop()
        return NotificationRecord.last(in: record)
    }

    private mutating func start() throws(Errno) {
        var theirs: FileDescriptor?
        let ours = try FileDescriptor.messageChannel(peer: &theirs)
        guard let end = theirs.take() else { return }
        child = try CurrentProcess.spawn(
            path,
            arguments: [path, "--serve"],
            input: InheritedDescriptor(end.rawValue)
        )
        channel = consume ours
    }

    /// Ends the helper, so that the program which takes the place of this one inherits no child.
    public mutating func stop() {
        channel = nil
        record = nil
        if child > 0 { CurrentProcess.collect(child) }
        child = -1
    }
}
