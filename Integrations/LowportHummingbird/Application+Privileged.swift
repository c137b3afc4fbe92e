// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
public import Hummingbird
public import HummingbirdCore
public import LowportSockets
import ServiceLifecycle
public import UnixSignals

extension ApplicationProtocol {
    /// Runs the application over HTTP/1.1 at an address that may have a low port, if the policy of the machine allows it.
    ///
    /// In the place of `runService()`. The socket is the one that `PrivilegedSocket.listen(on:)` makes: one that the
    /// starter of this process passes on, or that this process binds, or that the helper of Lowport binds. The address in
    /// the configuration of the application has no effect, nor has its `server`; `reuseAddress` is that of `options`, and the backlog that of the configuration.
    ///
    /// - Parameters:
    ///   - address: the numeric address and the port: `0.0.0.0:80`, `[::1]:80`, or `:80` for all addresses.
    ///   - options: how the socket is made.
    ///   - gracefulShutdownSignals: the signals that end the server as soon as the requests that it has are answered.
    /// - Throws: A `PrivilegedSocketError`, or what the services of the application throw.
    public func runService(
        on address: String,
        options: PrivilegedSocket.Options = PrivilegedSocket.Options(),
        gracefulShutdownSignals: [UnixSignal] = [.sigterm, .sigint]
    ) async throws {
        try await runService(
            on: PrivilegedSocket.listen(on: address, options: options),
            gracefulShutdownSignals: gracefulShutdownSignals
        ) { HTTP1Channel(responder: $0) }
    }

    /// Runs the application on a socket, over the protocol that `channel` makes, such as HTTP/2 with TLS.
    ///
    /// As ``runService(on:options:gracefulShutdownSignals:)``.
    ///
    /// - Parameters:
    ///   - socket: a socket that listens.
    ///   - gracefulShutdownSignals: the signals that end the server as soon as the requests that it has are answered.
    ///   - channel: makes the channel of a connection from the function that answers requests.
    public func runService(
        on socket: consuming PrivilegedSocket,
        gracefulShutdownSignals: [UnixSignal] = [.sigterm, .sigint],
        channel: (@escaping HTTPChannelHandler.Responder) throws -> some ServerChildChannel
    ) async throws {
        let responder = ApplicationResponder(self, try await self.responder)
        let child = try channel { try await responder.respond(to: $0, with: $1, on: $2) }
        let server = BoundServer(socket: socket.release(), child: child, application: self)
        let services = ServiceGroupConfiguration(services: self.services + [server], logger: logger)
        let application = ServiceGroup(configuration: services)
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [application],
                gracefulShutdownSignals: gracefulShutdownSignals,
                logger: logger
            )
        ).run()
    }
}
#endif
