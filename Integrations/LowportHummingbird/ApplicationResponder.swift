// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Answers requests as an `Application` does: with an ID in the log, a date, and the name of the server.
struct ApplicationResponder<Application: ApplicationProtocol>: Sendable {
    private let responder: Application.Responder
    private let logger: Logger
    private let serverName: String?
    private let date = DateHeader()

    init(_ application: Application, _ responder: Application.Responder) {
        self.responder = responder
        logger = application.logger
        serverName = application.configuration.serverName
    }

    /// Answers a request, with the status 500 if the application fails.
    func respond(to request: Request, with writer: consuming ResponseWriter, on channel: any Channel) async throws {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        let response = try await withLogger(logger) { logger in
            var response = try await answer(request, on: channel, logger)
            response.headers[.date] = date.text
            if let serverName { response.headers[.server] = serverName }
            return response
        }
        do {
            try await writer.write(response: response.head, body: response.body)
        } catch is HTTPParserError {
            // Of this error, the connection would make another response.
            throw MalformedBody()
        }
    }

    private func answer(_ request: Request, on channel: any Channel, _ logger: Logger) async throws -> Response {
        let context = Application.Context(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        do {
            return try await responder.respond(to: request, context: context)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            logger.debug("Unrecognised Error", metadata: ["error.type": "\(error)"])
            return Response(status: .internalServerError)
        }
    }
}

/// The rest of a request is not HTTP, and the response has begun: the connection ends.
struct MalformedBody: Error {}
#endif
