// SPDX-License-Identifier: Apache-2.0
import Linux
import Testing

@Suite struct ErrnoTests {
    @Test func message() { #expect(Errno.permissionDenied.message == "Permission denied") }
}
