// SPDX-License-Identifier: Apache-2.0
import Testing

/// Greeting and answer, and then the ends of both inputs: over every family, in either order, with and without `-N`, and
/// every word that both sides say about it.
@Suite(.enabled(if: Netcats.canCompare, "needs root and netcat-openbsd"))
struct NetcatExchangeTests {
    @Test(arguments: Family.allCases, Passing.allCases)
    func theServerEndsFirst(_ family: Family, _ passing: Passing) async throws {
        try await scenario(family, passing, "exec 4>&-", "exec 5>&-").check()
    }

    @Test(arguments: Family.allCases, Passing.allCases)
    func theClientEndsFirst(_ family: Family, _ passing: Passing) async throws {
        try await scenario(family, passing, "exec 5>&-", "exec 4>&-").check()
    }

    /// Whoever leaves at the first of the two ends has the time for it before the second.
    private func scenario(_ family: Family, _ passing: Passing, _ first: String, _ second: String) -> NetcatScenario {
        NetcatScenario(
            "\(family), \(passing): \(first), \(second)",
            """
            mkfifo in.server in.client
            ended() { until_true test -s "$1" 2>/dev/null && cat "$1" || echo "no $1"; }
            { $NC -lnv \(passing.server) \(family.server) <in.server >got.server 2>log.server; echo "server: $?" >end.server; } &
            exec 4>in.server; \(family.isThere)
            { $NC -nv \(passing.client) \(family.client) <in.client >got.client 2>log.client; echo "client: $?" >end.client; } 4>&- &
            exec 5>in.client
            echo greeting >&4; until_true grep -qs greeting got.client
            echo command >&5; until_true grep -qs command got.server
            \(first); sleep 0.3; \(second)
            ended end.server; ended end.client; cat log.server log.client got.server got.client
            """
        )
    }

    enum Family: CaseIterable {
        case v4, v6, unix, abstract

        var server: String {
            switch self {
            case .v4: "127.0.0.1 8080"
            case .v6: "-6 ::1 8080"
            case .unix: "-U socket"
            case .abstract: "-U @socket"
            }
        }

        var client: String {
            switch self {
            case .v6: "::1 8080"
            default: server
            }
        }

        /// Waits until the server listens.
        var isThere: String {
            switch self {
            case .v4, .v6: "listening 8080"
            case .unix, .abstract: "until_true grep -q ' 00010000 .*socket' /proc/net/unix"
            }
        }
    }

    /// Who passes the end of its input on.
    enum Passing: CaseIterable {
        case none, byClient, byServer, byBoth

        var client: String { self == .byClient || self == .byBoth ? "-N" : "" }
        var server: String { self == .byServer || self == .byBoth ? "-N" : "" }
    }
}
