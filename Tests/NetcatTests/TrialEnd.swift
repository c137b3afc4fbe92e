// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux

/// The ends that a channel is tried with.
enum EndKind: CaseIterable {
    case unix, tcp, pipe, file
}

/// An end of a channel, and the end that the test has of the same connection.
final class TrialEnd {
    /// The channel's end.
    private(set) var channels: FileDescriptor
    /// The test's end; nil once it is closed.
    private(set) var borrowed: InheritedDescriptor?

    init(_ kind: EndKind, isSource: Bool) throws {
        switch kind {
        case .unix:
            let pair = try FileDescriptor.socketPair()
            channels = FileDescriptor(owning: pair.0)
            borrowed = InheritedDescriptor(pair.1)
        case .tcp:
            let listener = try FileDescriptor.socket(.v4, .tcp)
            try listener.bind(to: SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 0)))
            try listener.listen()
            let client = try FileDescriptor.socket(.v4, .tcp)
            try client.connect(to: try listener.localAddress())
            var peer: SocketAddress?
            channels = try listener.accept(from: &peer)
            borrowed = InheritedDescriptor(client.release())
        case .pipe:
            let pipe = try Pipe()
            let (output, input) = pipe.release()
            channels = FileDescriptor(owning: isSource ? output : input)
            borrowed = InheritedDescriptor(isSource ? input : output)
        case .file:
            channels = try .open("/tmp", [.temporary, .readWrite])
            borrowed = nil
        }
        try channels.setNonBlocking(true)
        try borrowed?.setNonBlocking(true)
    }

    deinit { if let borrowed { _ = FileDescriptor(owning: borrowed.rawValue) } }

    /// Closes the test's end.
    func close() {
        if let open = borrowed.take() { _ = FileDescriptor(owning: open.rawValue) }
    }

    /// Closes the channel's end, as the end of the program would.
    func closeChannels() { channels = FileDescriptor(owning: -1) }

    /// Closes the test's end so that the other side learns of a reset. With TCP, what is on its way is thrown away.
    func reset() throws {
        guard let open = borrowed else { return }
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(open.rawValue, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}
