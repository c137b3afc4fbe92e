// SPDX-License-Identifier: Apache-2.0
// Says hello over HTTP on port 80: hummingbird-hello [ADDRESS:PORT]
import Hummingbird
import LowportHummingbird

let router = Router()
router.get("/") { _, _ in "hello\n" }

let application = Application(router: router, configuration: .init(serverName: "hummingbird-hello"))
try await application.runService(on: CommandLine.arguments.dropFirst().first ?? "0.0.0.0:80")
