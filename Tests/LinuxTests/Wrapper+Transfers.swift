// SPDX-License-Identifier: Apache-2.0
import LowportLinux

extension Wrapper {
    /// Bytes on their way.
    static var memory: [Wrapper] {
        let buffer = Buffer(capacity: 16)
        return [
            Wrapper("Buffer.read.read", .read) { _ = try nowhere.read(into: buffer) },
            Wrapper("Buffer.readNow.read", .read) { _ = try nowhere.readNow(into: buffer) },
            Wrapper("Buffer.receive.receive", .receive) { _ = try nowhere.receive(into: buffer) },
            Wrapper("Buffer.write.write", .write) { _ = try nowhere.write(from: buffer) },
            Wrapper("Buffer.writeNow.write", .write) { _ = try nowhere.writeNow(from: buffer) },
            Wrapper("Buffer.send.send", .send) { _ = try nowhere.send(from: buffer) },
            // On Linux the descriptor is gone by then.
            Wrapper("Descriptor.close.close", .close, isRetried: false) { try FileDescriptor(owning: -1).close() },
            Wrapper("EventQueue.init.eventQueue", .eventQueue) { _ = try EventQueue() },
            Wrapper("EventQueue.control.eventQueue", .eventQueue) {
                try withEventQueue { try $0.add(nowhere, .readable, token: 1, onChange: true) }
            },
            Wrapper("EventQueue.control.eventQueue", .eventQueue) {
                try withEventQueue { try $0.change(nowhere, .readable, token: 1, onChange: false) }
            },
            Wrapper("EventQueue.control.eventQueue", .eventQueue) { try withEventQueue { try $0.remove(nowhere) } },
            // As for poll(2).
            Wrapper("EventQueue.wait.eventQueue", .eventQueue, isRetried: false) {
                try withEventQueue { try $0.wait(for: FoundEvents(capacity: 1), timeout: nil) }
            },
            Wrapper("Move.splice.splice", .splice) { _ = try nowhere.splice(to: nowhere, limit: 1) },
            Wrapper("Move.discard.receive", .receive) { _ = try nowhere.discard(limit: 1) },
            Wrapper("Move.setNonBlocking.fcntl", .fcntl) { try nowhere.setNonBlocking(true) },
            Wrapper("Move.pipeSize.fcntl", .fcntl) { _ = try nowhere.pipeSize() },
            Wrapper("Move.setCloseOnExecute.fcntl", .fcntl) { try nowhere.setCloseOnExecute(true) },
            Wrapper("Move.init.pipe", .pipe) { _ = try Pipe() },
            // Whoever waits sees to signals, and to the time that is left.
            Wrapper("Poll.poll.poll", .poll, isRetried: false) {
                var entries: [PollEntry] = []
                _ = try poll(&entries, timeout: nil)
            },
            Wrapper("Poll.poll.poll", .poll) { _ = try nowhere.wait(for: .readable, until: nil) },
            Wrapper("Transfer.bytes.read", .read) { _ = try nowhere.read(upTo: 1) },
            Wrapper("Transfer.bytes.read", .read) { _ = try nowhere.read(upTo: 1, at: 0) },
            Wrapper("Transfer.bytes.read", .read) { _ = try nowhere.readToEnd(limit: 1) },
            Wrapper("Transfer.write.write", .write) { try nowhere.write("text") },
            Wrapper("Transfer.rewind.seek", .seek) { try nowhere.rewind() },
        ]
    }

    /// Sockets.
    static var network: [Wrapper] {
        let buffer = Buffer(capacity: 16)
        let place = SocketAddress(.v4(.any), Port(rawValue: 0))
        let vsock = VsockAddress(machine: 1, port: 1)
        return [
            Wrapper("Connect.connect.connect", .connect) { try nowhere.connect(to: place) },
            Wrapper("Connect.peerAddress.getPeerName", .getPeerName) { _ = try nowhere.peerAddress() },
            Wrapper("Connect.shutDown.shutdown", .shutdown) { try nowhere.shutDown(.sending) },
            Wrapper("Datagram.peekSender.receive", .receive) { _ = try nowhere.peekSender() },
            Wrapper("DatagramBatch.receive.receiveMessage", .receiveMessage) {
                _ = try DatagramBatch().receive(from: nowhere)
            },
            Wrapper("DatagramPath.peekPath.receiveMessage", .receiveMessage) { _ = try nowhere.peekPath() },
            Wrapper("DatagramPath.receive.receiveMessage", .receiveMessage) {
                var path: DatagramPath?
                _ = try nowhere.receive(into: buffer, along: &path)
            },
            Wrapper("DatagramPath.send.sendMessage", .sendMessage) {
                _ = try nowhere.send(from: buffer, along: DatagramPath(to: place))
            },
            Wrapper("Listen.listen.listen", .listen) { try nowhere.listen() },
            Wrapper("Listen.accept.accept", .accept) {
                var peer: SocketAddress?
                _ = try nowhere.accept(from: &peer)
            },
            Wrapper("MessageChannel.send.sendMessage", .sendMessage) { try nowhere.send([1]) },
            Wrapper("MessageChannel.receive.receiveMessage", .receiveMessage) { _ = try nowhere.receive(limit: 1) },
            Wrapper("Socket.socket.socket", .socket) { _ = try FileDescriptor.socket(.v4, .tcp) },
            Wrapper("Socket.bind.bind", .bind) { try nowhere.bind(to: place) },
            Wrapper("Socket.localAddress.getSocketName", .getSocketName) { _ = try nowhere.localAddress() },
            Wrapper("Socket.option.getSocketOption", .getSocketOption) { _ = try nowhere.internetFamily() },
            Wrapper("Socket.setOption.setSocketOption", .setSocketOption) { try nowhere.setBroadcast(true) },
            Wrapper("SocketCookie.cookie.getSocketOption", .getSocketOption) { _ = try nowhere.cookie() },
            Wrapper("SocketCookie.cookie.getSocketOption", .getSocketOption) { _ = try nowhere.networkCookie() },
            Wrapper("SocketList.ipv6Only.listSockets", .listSockets) { _ = try SocketList.ipv6Only(.tcp) },
            Wrapper("SocketOptions.resetOnClose.setSocketOption", .setSocketOption) { try nowhere.resetOnClose() },
            Wrapper("SocketOptions.unacknowledgedBytes.getSocketOption", .getSocketOption) {
                _ = try nowhere.unacknowledgedBytes()
            },
            Wrapper("StreamSockets.nonBlockingStream.socket", .socket) {
                _ = try FileDescriptor.nonBlockingStream(.v4)
            },
            Wrapper("StreamSockets.unsentBytes.getSocketOption", .getSocketOption) { _ = try nowhere.unsentBytes() },
            Wrapper("Socket.setOption.setSocketOption", .setSocketOption) { try nowhere.setNoDelay(true) },
            Wrapper("Socket.setOption.setSocketOption", .setSocketOption) { try nowhere.setKeepAlive(idle: 60) },
            Wrapper("UnixAddress.unixSocket.socket", .socket) { _ = try FileDescriptor.unixSocket(datagrams: true) },
            Wrapper("UnixAddress.unixSocket.socket", .socket) { _ = try FileDescriptor.systemLog() },
            Wrapper("UnixAddress.unixSocket.socket", .socket) { _ = try networkNamespaceCookie() },
            Wrapper("UnixAddress.socketPair.socketPair", .socketPair) { _ = try FileDescriptor.socketPair() },
            Wrapper("UnixAddress.socketPair.socketPair", .socketPair) {
                var peer: FileDescriptor?
                _ = try FileDescriptor.messageChannel(peer: &peer)
            },
            Wrapper("UnixAddress.bind.bind", .bind) { try nowhere.bind(to: UnixAddress("@name")) },
            Wrapper("UnixAddress.connect.connect", .connect) { try nowhere.connect(to: UnixAddress("@name")) },
            Wrapper("UnixAddress.localUnixAddress.getSocketName", .getSocketName) {
                _ = try nowhere.localUnixAddress()
            },
            Wrapper("UnixAddress.peerUnixAddress.getPeerName", .getPeerName) { _ = try nowhere.peerUnixAddress() },
            Wrapper("UnixAddress.peekUnixSender.receive", .receive) { _ = try nowhere.peekUnixSender() },
            Wrapper("VsockAddress.vsock.socket", .socket) { _ = try FileDescriptor.vsock() },
            Wrapper("VsockAddress.bind.bind", .bind) { try nowhere.bind(to: vsock) },
            Wrapper("VsockAddress.connect.connect", .connect) { try nowhere.connect(to: vsock) },
        ]
    }
}
