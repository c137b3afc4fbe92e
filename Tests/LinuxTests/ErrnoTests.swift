// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@Suite struct ErrnoTests {
    @Test("An error has the text of the C library") func message() {
        #expect(Errno.permissionDenied.message == "Permission denied")
    }
}
