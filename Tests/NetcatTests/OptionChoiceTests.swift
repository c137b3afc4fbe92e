// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportNetcat

/// Options of which one is chosen, or which need another.
@Suite struct OptionChoiceTests {
    @Test func `the side that resolves names depends on the protocol, unless it is named`() throws {
        #expect(try options("-x", "proxy", "host", "80").proxy.resolution == .remote)
        #expect(try options("-x", "proxy", "-X", "4", "host", "80").proxy.resolution == .local)
        #expect(try options("-x", "proxy", "--proxy-type", "socks4", "host", "80").proxy.resolution == .remote)
        #expect(
            try options("--proxy-dns", "remote", "-x", "proxy", "-X", "4", "host", "80").proxy.resolution == .remote
        )
        #expect(try options("-x", "proxy", "--proxy-dns", "both", "host", "80").proxy.resolution == [.local, .remote])
        #expect(try options("-x", "proxy", "--proxy-dns", "none", "host", "80").proxy.resolution == [])
        #expect(throws: UsageError(message: "proxy-dns invalid: some")) {
            try options("--proxy-dns", "some", "host", "80")
        }
    }

    @Test func `one role is chosen, and options without an effect are refused`() throws {
        #expect(try options("-l", "--broker", "--chat", "80").role == .chat)
        #expect(try options("-l", "--chat", "--broker", "80").role == .chat)
        #expect(try options("-l", "-e", "/bin/cat", "-e", "/bin/true", "80").role == .program("/bin/true"))
        #expect(throws: UsageError(message: "cannot use -e and -c")) { try options("-e", "a", "-c", "b", "host", "80") }
        #expect(throws: UsageError(message: "cannot use -e and --broker")) {
            try options("-l", "-e", "/bin/cat", "--broker", "80")
        }
        #expect(throws: UsageError(message: "cannot use -L and -c")) {
            try options("-l", "-L", "a:1", "-c", "cat", "80")
        }
        #expect(throws: UsageError(message: "--max-conns needs -l")) { try options("--max-conns", "3", "host", "80") }
        #expect(throws: UsageError(message: "--allow and --deny need -l")) {
            try options("--deny", "::1", "host", "80")
        }
        #expect(throws: UsageError(message: "--ssl-key needs --ssl-cert")) {
            try options("--ssl-key", "key", "host", "80")
        }
        #expect(throws: UsageError(message: "source routes are not supported")) {
            try options("-g", "::1", "host", "80")
        }
    }
}
