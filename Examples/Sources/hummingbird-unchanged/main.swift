// SPDX-License-Identifier: Apache-2.0
// Says hello over HTTP on port 80. No line of it knows of Lowport: LowportBind is among its dependencies in Package.swift.
import Hummingbird

let router = Router()
router.get("/") { _, _ in "hello\n" }

let application = Application(
    router: router,
    configuration: .init(address: .hostname("0.0.0.0", port: 80), serverName: "hummingbird-unchanged")
)
try await application.runService()
