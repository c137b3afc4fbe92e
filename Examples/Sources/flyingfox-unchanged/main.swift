// SPDX-License-Identifier: Apache-2.0
// Says hello over HTTP on port 80. No line of it knows of Lowport: LowportBind is among its dependencies in Package.swift.
import FlyingFox
import FlyingSocks
import Foundation

let server = HTTPServer(address: try .inet(ip4: "0.0.0.0", port: 80))
await server.appendRoute("/") { _ in HTTPResponse(statusCode: .ok, body: Data("hello\n".utf8)) }
try await server.run()
