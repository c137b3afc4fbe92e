// SPDX-License-Identifier: Apache-2.0
#if NIO
public import LowportSockets
public import NIOCore
public import NIOPosix
import Synchronization

extension DatagramBootstrap {
    /// Binds a socket of UDP to an address that may have a low port, if the policy of the machine allows it.
    ///
    /// As for `ServerBootstrap`; what has to be set before bind(2) is set by `options`. `channelInitializer` takes the place
    /// of one that the bootstrap has.
    ///
    /// - Parameters:
    ///   - address: the numeric address and the port: `0.0.0.0:53`, `[::1]:53`, or `:53` for all addresses.
    ///   - options: how the socket is made.
    ///   - channelInitializer: sets up the channel, and returns what the caller gets for it.
    /// - Returns: what `channelInitializer` returned.
    /// - Throws: A `PrivilegedSocketError`, or what NIO throws.
    public func bindPrivileged<Output: Sendable>(
        to address: String,
        options: PrivilegedSocket.Options = PrivilegedSocket.Options(),
        channelInitializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws -> Output {
        let socket = try await NIOThreadPool.singleton.runIfActive {
            try PrivilegedSocket.listen(on: .udp, address, options: options).release()
        }
        // The asynchronous variant of withBoundSocket(_:) fails with every socket, at least up to NIO 2.101.
        let output = Initialized<Output>()
        let channel = try await self.channelInitializer { channel in
            channelInitializer(channel).map { value in output.value.withLock { $0 = value } }
        }.withBoundSocket(socket).get()
        guard let value = output.value.withLock({ $0 }) else { preconditionFailure("\(channel) was not initialized") }
        return value
    }

    /// Binds a socket of UDP to an address that may have a low port, if the policy of the machine allows it.
    ///
    /// As the asynchronous variant, but the calling thread waits for the socket, for a few milliseconds if the helper has
    /// to be asked: call it where a program starts, and not in an event loop.
    ///
    /// - Parameters:
    ///   - address: the numeric address and the port: `0.0.0.0:53`, `[::1]:53`, or `:53` for all addresses.
    ///   - options: how the socket is made.
    /// - Returns: the channel. It fails with a `PrivilegedSocketError`, or with an error of NIO.
    public func bindPrivileged(
        to address: String,
        options: PrivilegedSocket.Options = PrivilegedSocket.Options()
    ) -> EventLoopFuture<any Channel> {
        do throws(PrivilegedSocketError) {
            return withBoundSocket(try PrivilegedSocket.listen(on: .udp, address, options: options).release())
        } catch {
            return MultiThreadedEventLoopGroup.singleton.any().makeFailedFuture(error)
        }
    }
}

/// What the initializer of a channel returned.
private final class Initialized<Output: Sendable>: Sendable {
    let value = Mutex<Output?>(nil)
}
#endif
