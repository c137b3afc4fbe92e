// SPDX-License-Identifier: Apache-2.0
#if NIO
public import LowportSockets
public import NIOCore
public import NIOPosix

extension ServerBootstrap {
    /// Binds a server to an address that may have a low port, if the policy of the machine allows it.
    ///
    /// The socket is the one that `PrivilegedSocket.listen(on:)` makes: one that the starter of this process passes on, or
    /// that this process binds, or that the helper of Lowport binds. The options of the bootstrap hold, with these
    /// exceptions: what has to be set before bind(2) is set by `options`, and the backlog is that of the bootstrap
    /// (`ChannelOptions.backlog`).
    ///
    /// - Parameters:
    ///   - address: the numeric address and the port: `0.0.0.0:443`, `[::1]:80`, or `:80` for all addresses.
    ///   - options: how the socket is made.
    ///   - serverBackPressureStrategy: how many accepted connections wait for the server.
    ///   - childChannelInitializer: sets up an accepted connection, and returns what the server gets for it.
    /// - Returns: the channel of the server, which gives out the connections.
    /// - Throws: A `PrivilegedSocketError`, or what NIO throws.
    public func bindPrivileged<Output: Sendable>(
        to address: String,
        options: PrivilegedSocket.Options = PrivilegedSocket.Options(),
        serverBackPressureStrategy: NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark? = nil,
        childChannelInitializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws -> NIOAsyncChannel<Output, Never> {
        let socket = try await NIOThreadPool.singleton.runIfActive {
            try PrivilegedSocket.listen(on: .tcp, address, options: options).release()
        }
        return try await bind(
            socket,
            serverBackPressureStrategy: serverBackPressureStrategy,
            childChannelInitializer: childChannelInitializer
        )
    }

    /// Binds a server to an address that may have a low port, if the policy of the machine allows it.
    ///
    /// As the asynchronous variant, but the calling thread waits for the socket, for a few milliseconds if the helper has
    /// to be asked: call it where a program starts, and not in an event loop.
    ///
    /// - Parameters:
    ///   - address: the numeric address and the port: `0.0.0.0:443`, `[::1]:80`, or `:80` for all addresses.
    ///   - options: how the socket is made.
    /// - Returns: the channel of the server. It fails with a `PrivilegedSocketError`, or with an error of NIO.
    public func bindPrivileged(
        to address: String,
        options: PrivilegedSocket.Options = PrivilegedSocket.Options()
    ) -> EventLoopFuture<any Channel> {
        do throws(PrivilegedSocketError) {
            return withBoundSocket(try PrivilegedSocket.listen(on: .tcp, address, options: options).release())
        } catch {
            return MultiThreadedEventLoopGroup.singleton.any().makeFailedFuture(error)
        }
    }
}
#endif
