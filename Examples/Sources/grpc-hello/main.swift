// SPDX-License-Identifier: Apache-2.0
// Answers hello.Greeter/Hello over gRPC on port 443, without TLS: grpc-hello [ADDRESS:PORT]
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import LowportServiceLifecycle
import LowportSockets
import ServiceLifecycle

/// A server that ends when it has answered what it was asked.
struct GreeterService: Service {
    let server: GRPCServer<HTTP2ServerTransport.Posix>

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.serve()
        } onGracefulShutdown: {
            server.beginGracefulShutdown()
        }
    }
}

let address = CommandLine.arguments.dropFirst().first ?? "0.0.0.0:443"
let socket = try PrivilegedSocket.listen(on: address).release()
let transport = HTTP2ServerTransport.Posix(
    listeningSocketDescriptor: Int(socket),
    transportSecurity: .plaintext
)
let configuration = ServiceGroupConfiguration(
    services: [GreeterService(server: GRPCServer(transport: transport, services: [Greeter()])), SystemdNotifier()],
    gracefulShutdownSignals: [.sigterm, .sigint],
    logger: Logger(label: "grpc-hello")
)
try await ServiceGroup(configuration: configuration).run()
