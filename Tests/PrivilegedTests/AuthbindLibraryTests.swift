// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The library inside programs that do not expect it.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct AuthbindLibraryTests {
    private func expect(
        _ words: String,
        _ output: ByteString,
        setup: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Sandbox.run(
            """
            for port in $(seq 81 200); do : > /etc/authbind/byport/$port; done; chmod 755 /etc/authbind/byport/*
            \(setup)
            as alice timeout 300 authbind bind-probe \(words)
            """
        )
        #expect(outcome.output == output, "\(outcome)", sourceLocation: sourceLocation)
    }

    @Test("Many threads bind at once") func manyThreadsAtOnce() async throws {
        try await expect("threads 32 127.0.0.1 81", "threads 32/32\n")
    }

    @Test("Many threads bind with SIGCHLD ignored") func manyThreadsWithSIGCHLDIgnored() async throws {
        try await expect("ignore-children threads 32 127.0.0.1 81", "threads 32/32\n")
    }

    @Test("Many threads bind beside a reaper of children") func manyThreadsBesideAReaper() async throws {
        try await expect("reaper threads 64 127.0.0.1 81 children", "threads 64/64\nchildren 0 reaped 0\n")
    }

    @Test("A thread that changes the environment does no harm") func aThreadThatChangesTheEnvironment() async throws {
        let outcome = try await Sandbox.run(
            "touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81\n"
                + "as alice timeout 300 authbind --deep bind-probe setenv repeat 300 127.0.0.1 81"
        )
        #expect(outcome.output == "repeat 300/300 last=0\n", "\(outcome)")
    }

    @Test("A storm of signals does no harm") func aStormOfSignals() async throws {
        try await expect("storm 50 repeat 300 127.0.0.1 81", "repeat 300/300 last=0\n")
    }

    @Test("Signals to the whole process group do not end the helper") func signalsToTheWholeProcessGroup() async throws
    {
        let outcome = try await Sandbox.run(
            """
            touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81
            cat > group.py <<'END'
            import os, signal, socket, threading
            for s in (signal.SIGUSR1, signal.SIGINT, signal.SIGTERM, signal.SIGTSTP): signal.signal(s, lambda *a: None)
            os.setpgid(0, 0)
            done = False
            def storm():
                while not done:
                    for s in (signal.SIGUSR1, signal.SIGINT, signal.SIGTERM, signal.SIGTSTP): os.killpg(0, s)
            threading.Thread(target=storm).start()
            worked = 0
            for i in range(100):
                with socket.socket() as s:
                    try: s.bind(("127.0.0.1", 81)); worked += 1
                    except OSError as e: print(e)
            done = True
            print(worked)
            END
            as alice authbind /usr/bin/python3 group.py
            """
        )
        #expect(outcome.output == "100\n", "\(outcome)")
    }

    @Test("The launcher refuses to be installed with privilege") func refusesToBeInstalledWithPrivilege() async throws {
        let outcome = try await Sandbox.run("chmod 4755 $BIN/authbind; as alice authbind id || echo $?")
        #expect(outcome.output == "255\n")
        #expect(
            outcome.errors == "authbind: must not be installed set-user-ID, set-group-ID or with file capabilities\n"
        )
    }

    @Test("A missing helper is named") func aMissingHelperIsNamed() async throws {
        let outcome = try await Sandbox.run(
            "rm $LIBEXEC/lowport-helper; as alice authbind bind-probe tcp4 bind 127.0.0.1 81"
        )
        #expect(outcome.output == "bind 2\n")
        #expect(
            outcome.errors
                == "libauthbind: possible installation problem - could not invoke /mnt/libexec/lowport/lowport-helper\n"
        )
    }
}
