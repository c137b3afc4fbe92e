// SPDX-License-Identifier: Apache-2.0
package import LowportHelperProtocol
package import LowportLinux

/// A long-running helper, started when it is first needed and again if it has ended.
package struct HelperConnection: ~Copyable {
    private let path: ByteString
    private var channel: FileDescriptor?
    private var child: Int32 = -1
    /// The record of the last notification that the helper received, if the helper answers calls itself.
    private var record: FileDescriptor?

    /// Creates a connection that will start the helper at `path`.
    package init(path: ByteString) { self.path = path }

    /// Has the helper bind `socket`. Throws if no helper can be started.
    package mutating func bind(
        _ socket: InheritedDescriptor,
        to address: SocketAddress,
        thread: Int32
    ) throws(Errno) -> HelperReply {
        let request = HelperRequest(address: address, thread: thread).bytes
        for _ in 1...5 {
            if channel == nil { try start() }
            // The reason why a helper was lost says nothing about the bind.
            if let reply = try? exchange(request, socket) { return reply }
            stop()
            // The helper may have been lost between the bind and the reply.
            if (try? socket.localAddress()) == address { return .bound }
        }
        throw .noSystemCall
    }

    /// Sends the request and waits for the reply; nil if the helper has exited.
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

    /// Whether the helper answers ordinary binds itself.
    package var isListening: Bool {
        switch record {
        case .some: true
        case .none: false
        }
    }

    /// Whether a helper is running.
    package var isRunning: Bool { channelNumber != nil }

    /// Has the helper answer the ordinary binds that `listener` receives, or resume answering them.
    /// - Returns: false if the helper cannot.
    package mutating func listen(to listener: borrowing NotificationListener) -> Bool {
        guard let number = channelNumber else { return false }
        if isListening {
            // If the helper has exited, the next wait for a call detects it.
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

    /// Waits for the next call that the listening helper forwards; nil if the helper has exited.
    package mutating func passedOnCall() -> ForwardedCall? {
        guard let number = channelNumber, let message = try? number.receive(limit: ForwardedCall.size) else {
            return nil
        }
        return ForwardedCall(message.bytes)
    }

    /// Returns the call that an exited helper received last; nil if the helper had answered it and was waiting for the
    /// next.
    package mutating func unfinishedCall() -> Notification? {
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

    /// Stops the helper and collects it, so that the program executed by this process inherits no child.
    package mutating func stop() {
        channel = nil
        record = nil
        if child > 0 { CurrentProcess.collect(child) }
        child = -1
    }
}
