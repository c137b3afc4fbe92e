// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

/// A server on a socket that is bound already. That of Hummingbird takes a host and a port, or a path.
struct BoundServer<Child: ServerChildChannel>: Service {
    private let socket: CInt
    private let child: Child
    private let configuration: ApplicationConfiguration
    private let group: any EventLoopGroup
    private let logger: Logger
    private let prepare: @Sendable () async throws -> Void
    private let report: @Sendable (any Channel) async -> Void

    /// Creates the server of an application, and owns `socket`.
    init(socket: CInt, child: Child, application: some ApplicationProtocol) {
        self.socket = socket
        self.child = child
        configuration = application.configuration
        group = application.eventLoopGroup
        logger = application.logger
        prepare = { for process in application.processesRunBeforeServerStart { try await process() } }
        report = { await application.onServerRunning($0) }
    }

    /// Serves until the graceful shutdown, and until the last connection has its answers.
    func run() async throws {
        try await prepare()
        let quiescing = ServerQuiescingHelper(group: group)
        let server = try await bootstrap(quiescing).bind(socket) { [child, logger] channel in
            child.setup(channel: channel, logger: logger)
        }
        let address = server.channel.localAddress?.description ?? "a socket"
        logger.info("Server started and listening on \(address)")
        await withGracefulShutdownHandler {
            await report(server.channel)
            await serve(server)
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }

    private func serve(_ server: NIOAsyncChannel<Child.Value, Never>) async {
        await withDiscardingTaskGroup { tasks in
            do {
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        tasks.addTask { await child.handle(value: connection, logger: logger) }
                    }
                }
            } catch {
                logger.error("Accepting connections: \(error)")
            }
        }
    }

    private func bootstrap(_ quiescing: ServerQuiescingHelper) -> ServerBootstrap {
        let limit = configuration.availableConnectionsDelegate
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(clamping: configuration.backlog))
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let limit { try Self.add(limit, to: channel) }
                    try channel.pipeline.syncOperations.addHandler(
                        quiescing.makeServerChannelHandler(channel: channel)
                    )
                }
            }
    }

    private static func add(_ limit: some AvailableConnectionsDelegate, to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(AvailableConnectionsChannelHandler(delegate: limit))
    }
}
#endif
