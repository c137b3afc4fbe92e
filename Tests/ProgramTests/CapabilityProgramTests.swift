// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What setcap and getcap do for anybody.
@Suite struct CapabilityProgramTests {
    private let setcap = Products.path("setcap")
    private let getcap = Products.path("getcap")

    @Test("setcap says how it is used") func setcapUsage() async throws {
        let help = try await run(setcap, ["-h"])
        #expect(help.status == 0 && help.errors.hasPrefix("usage: setcap [-h] [-q] [-v] [-n <rootid>] (-r|-|<caps>)"))
        #expect(try await run(setcap) == Outcome(status: 1, output: "", errors: help.errors))
        let wrong = try await run(setcap, ["cap_nothing=p", "/dev/null"])
        #expect(wrong == Outcome(status: 1, output: "", errors: "fatal error: Invalid argument\n" + help.errors))
    }

    @Test("setcap verifies") func setcapVerifies() async throws {
        #expect(try await run(setcap, ["-v", "=", setcapPath]) == Outcome(status: 0, output: setcapPath + ": OK\n"))
        #expect(try await run(setcap, ["-q", "-v", "=", setcapPath]) == Outcome(status: 0, output: ""))
        let differs = Outcome(status: 1, output: setcapPath + " differs in [pe]\n")
        #expect(try await run(setcap, ["-v", "cap_kill=ep", setcapPath]) == differs)
        #expect(try await run(setcap, ["-v", "-", setcapPath], input: "cap_kill=ep\n").output == differs.output)
    }

    @Test("setcap takes a list without an operator") func setcapTakesListWithoutOperator() async throws {
        #expect(try await run(setcap, ["-v", "CAP_NET_BIND_SERVICE", setcapPath]).status == 0)
        #expect(try await run(setcap, ["-v", "CAP_NET_BIND_SERVICE =ep", setcapPath]).status == 1)
    }

    @Test("getcap says how it is used") func getcapUsage() async throws {
        let help = try await run(getcap, ["-h"])
        #expect(help.status == 0 && help.errors.hasPrefix("usage: getcap [-h] [-l] [-n] [-r] [-v] <filename>"))
        #expect(try await run(getcap) == Outcome(status: 1, output: "", errors: help.errors))
        let wrong = try await run(getcap, ["-rZ", "/"])
        #expect(wrong.errors == ByteString(getcap) + ": invalid option -- 'Z'\n" + help.errors)
    }

    @Test("getcap names what it looks at") func getcapNamesWhatItLooksAt() async throws {
        let outcome = try await run(getcap, ["-v", setcapPath, "/", "/missing"])
        #expect(outcome.status == 0)
        #expect(outcome.output == setcapPath + "\n/ (Not a regular file)\n")
        #expect(outcome.errors == "/missing (No such file or directory)\n")
    }

    private var setcapPath: ByteString { ByteString(setcap) }
}
