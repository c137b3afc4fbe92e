// SPDX-License-Identifier: Apache-2.0
import LowportFoundation
import Testing

@testable import LowportSockets

/// The steps that an error of PrivilegedSocket proposes, in its one line.
@Suite struct RefusalAdviceTests {
    @Test func `alternatives and steps are told apart`() {
        let error = PrivilegedSocketError(.refused, "tcp:80", "no rule allows it", steps: [["a"], ["b", "c"]])
        #expect(error.remedies == ["a", "b", "c"])
        #expect(error.description == "cannot listen on tcp:80: no rule allows it (to make it work: a; then b, or c)")
        #expect(error.recoverySuggestion == "a; then b, or c")
    }

    @Test func `an error without remedies proposes nothing`() {
        let error = PrivilegedSocketError(.invalidAddress, "80x", "found x")
        #expect(error.description == "cannot listen on 80x: found x")
        #expect(error.recoverySuggestion == nil)
    }
}
