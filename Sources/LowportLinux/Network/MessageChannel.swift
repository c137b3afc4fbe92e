// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A message between processes of this machine, with an optional descriptor.
package struct ReceivedMessage: ~Copyable {
    /// The bytes.
    package let bytes: [UInt8]
    /// The descriptor; nil if there was none.
    package var descriptor: FileDescriptor?

    /// The descriptor, while it still belongs to the message.
    package var carried: InheritedDescriptor? {
        switch descriptor {
        case .some(let descriptor): InheritedDescriptor(descriptor.rawValue)
        case .none: nil
        }
    }
}

extension FileDescriptor {
    /// Makes two connected sockets that preserve messages, both `SOCK_CLOEXEC`.
    ///
    /// The corresponding system call is socketpair(2) with `SOCK_SEQPACKET`.
    /// - Parameter peer: the other end.
    package static func messageChannel(peer: inout FileDescriptor?) throws(Errno) -> FileDescriptor {
        let (ours, theirs) = try socketPair(Int32(clinux_SOCK_SEQPACKET))
        peer = FileDescriptor(owning: theirs)
        return FileDescriptor(owning: ours)
    }
}

extension Descriptor where Self: ~Copyable {
    /// Sends one message, with a descriptor that the receiver gets a duplicate of. Throws EPIPE without a peer.
    ///
    /// The corresponding system call is sendmsg(2) with `SCM_RIGHTS`.
    package func send(_ bytes: [UInt8], with descriptor: InheritedDescriptor? = nil) throws(Errno) {
        let socket = rawValue
        let carried = descriptor?.rawValue ?? -1
        try nothingOrErrno(.sendMessage) {
            unsafe bytes.withUnsafeBytes { unsafe clinux_send_message(socket, $0.baseAddress, $0.count, carried) }
        }
    }

    /// Receives one message of at most `limit` bytes and at most one descriptor; nil if the peer is gone.
    ///
    /// Throws EMSGSIZE for a longer message or more descriptors. The corresponding system call is recvmsg(2).
    package func receive(limit: Int) throws(Errno) -> ReceivedMessage? {
        let socket = rawValue
        var buffer = [UInt8](repeating: 0, count: limit)
        var descriptor: Int32 = -1
        let count = try valueOrErrno(.receiveMessage) {
            unsafe buffer.withUnsafeMutableBytes {
                unsafe clinux_receive_message(socket, $0.baseAddress, limit, &descriptor)
            }
        }
        let carried = descriptor >= 0 ? FileDescriptor(owning: descriptor) : nil
        if count == 0 { return nil }
        return ReceivedMessage(bytes: Array(buffer.prefix(count)), descriptor: carried)
    }
}
