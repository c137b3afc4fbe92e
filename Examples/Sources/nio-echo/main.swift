// SPDX-License-Identifier: Apache-2.0
// Sends back what it receives on port 7, over TCP and UDP: nio-echo [ADDRESS:PORT]
import Logging
import LowportNIO
import LowportServiceLifecycle
import LowportSockets
import NIOCore
import NIOPosix
import ServiceLifecycle

typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>
typealias Datagrams = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

struct StreamEcho: Service {
    let server: NIOAsyncChannel<Connection, Never>

    func run() async throws {
        try await untilGracefulShutdown {
            try await server.executeThenClose { clients in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await client in clients { group.addTask { await echo(client) } }
                }
            }
        }
    }

    private func echo(_ client: Connection) async {
        try? await client.executeThenClose { received, sent in
            for try await bytes in received { try await sent.write(bytes) }
        }
    }
}

struct DatagramEcho: Service {
    let channel: Datagrams

    func run() async throws {
        try await untilGracefulShutdown {
            try await channel.executeThenClose { received, sent in
                for try await datagram in received { try await sent.write(datagram) }
            }
        }
    }
}

func untilGracefulShutdown(_ work: @escaping @Sendable () async throws -> Void) async throws {
    do { try await cancelWhenGracefulShutdown(work) } catch is CancellationError {}
}

let address = CommandLine.arguments.dropFirst().first ?? "0.0.0.0:7"
let group = MultiThreadedEventLoopGroup.singleton

let server = try await ServerBootstrap(group: group).bindPrivileged(to: address) { channel in
    channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
}
let datagrams = try await DatagramBootstrap(group: group).bindPrivileged(to: address) { channel in
    channel.eventLoop.makeCompletedFuture { try Datagrams(wrappingChannelSynchronously: channel) }
}
let services: [any Service] = [
    StreamEcho(server: server), DatagramEcho(channel: datagrams), SystemdNotifier(),
]
let configuration = ServiceGroupConfiguration(
    services: services,
    gracefulShutdownSignals: [.sigterm, .sigint],
    logger: Logger(label: "nio-echo")
)
try await ServiceGroup(configuration: configuration).run()
