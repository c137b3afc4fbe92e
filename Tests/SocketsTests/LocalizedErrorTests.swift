// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportFoundation
import LowportSockets
import Testing

/// What Foundation says of the errors.
@Suite struct LocalizedErrorTests {
    @Test func `the localized description is the description`() throws {
        let error = try #require(#expect(throws: PrivilegedSocketError.self) { try ListenAddress("localhost:80") })
        #expect(error.localizedDescription == error.description)
        #expect(error.failureReason == error.reason && error.recoverySuggestion == nil)
    }
}
