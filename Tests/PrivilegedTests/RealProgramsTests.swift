// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// Real servers on port 80 for an ordinary user, by each engine that is meant to reach them.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct RealProgramsTests {
    @Test("A real server serves", arguments: RealProgram.all) func serves(program: RealProgram) async throws {
        for engine in program.engines {
            let outcome = try await Sandbox.run(
                """
                for p in 80 81; do touch /etc/authbind/byport/$p; chmod 755 /etc/authbind/byport/$p; done
                chown alice $T; ln -s /usr/local/bin/node $BIN/ 2>/dev/null || :
                \(program.setup)
                as alice env HOME=$T \(engine) \(program.command) >log 2>&1 &
                n=0
                until { \(program.probe); } >/dev/null 2>&1; do
                    n=$((n+1)); [ $n -lt 150 ] || { echo 'does not serve'; cat log; exit 1; }; sleep 0.1
                done
                echo serves
                """
            )
            #expect(outcome.output == "serves\n", "\(program.name) by \(engine)\n\(outcome)")
        }
    }

    @Test("Without an engine they do not serve") func withoutAnEngineTheyDoNotServe() async throws {
        let outcome = try await Sandbox.run("as alice timeout 5 /usr/bin/python3 -m http.server 80 2>&1 | tail -n 1")
        #expect(outcome.output == "PermissionError: [Errno 13] Permission denied\n")
    }
}
