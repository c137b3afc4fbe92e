// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// LowportBind, in a program that knows nothing of it.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LinkedBindTests {
    /// Lowport where `make install` puts it, with a rule for alice; the probe is `probe`.
    private static let installed = """
        mount -t tmpfs -o mode=0755 tmpfs /usr/local
        mkdir -p /usr/local/libexec
        cp -a $LIBEXEC /usr/local/libexec/
        echo 'allow user alice tcp,udp 81-200' > /etc/lowport/rules
        cp "$PRODUCTS/bind-probe-linked" $T/probe

        """

    private func expect(
        _ script: String,
        _ output: ByteString,
        errors: ByteString = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Sandbox.run(Self.installed + script)
        #expect(outcome.output == output, "\(outcome)", sourceLocation: sourceLocation)
        #expect(outcome.errors == errors, "\(outcome)", sourceLocation: sourceLocation)
    }

    @Test("A rule is enough") func aRuleIsEnough() async throws {
        try await expect(
            """
            as alice ./probe tcp4 bind 127.0.0.1 81 listen state
            as alice ./probe udp6 bind ::1 82
            as alice ./probe udp4 nonblock cloexec reuseaddr bind 0.0.0.0 83 state
            """,
            """
            bind ok
            listen ok
            state fd=3 127.0.0.1 81 nonblock=0 cloexec=0 reuse=0 listening=1
            bind ok
            bind ok
            state fd=3 0.0.0.0 83 nonblock=1 cloexec=1 reuse=1 listening=0

            """
        )
    }

    @Test("Without a rule, the kernel's refusal stands, and one line says why") func withoutARule() async throws {
        try await expect(
            "as bob env LOWPORT_VERBOSE=1 ./probe tcp4 bind 127.0.0.1 81 bind 127.0.0.1 82; as bob ./probe tcp4 bind 127.0.0.1 81",
            "bind 13\nbind 13\nbind 13\n",
            errors:
                "lowport: refused tcp 81 on 127.0.0.1 to uid 1002: no rule; see: lowport explain 81 --on 127.0.0.1\n"
        )
    }

    @Test("Without Lowport, the kernel's refusal stands") func withoutLowport() async throws {
        try await expect(
            "rm -r /usr/local/libexec; as alice env LOWPORT_VERBOSE=1 ./probe tcp4 bind 0.0.0.0 81",
            "bind 13\n",
            errors: "lowport: refused tcp 81 to uid 1001: Lowport is not installed; see: lowport explain 81\n"
        )
    }

    @Test("A helper that fails leaves the kernel's refusal") func aHelperThatFails() async throws {
        try await expect(
            """
            for helper in 'exit 200' 'kill -9 $$' 'exit 0'; do
                printf '#!/bin/sh\\n%s\\n' "$helper" > /usr/local/libexec/lowport/lowport-helper
                as alice env LOWPORT_VERBOSE=1 ./probe tcp4 bind 0.0.0.0 81
            done
            chmod 644 /usr/local/libexec/lowport/lowport-helper; as alice ./probe tcp4 bind 0.0.0.0 81
            """,
            "bind 13\nbind 13\nbind 13\nbind 13\n",
            errors: """
                lowport: refused tcp 81 to uid 1001: the helper of Lowport fails; see: lowport explain 81
                lowport: refused tcp 81 to uid 1001: the helper of Lowport fails; see: lowport explain 81
                lowport: refused tcp 81 to uid 1001: the helper of Lowport fails; see: lowport explain 81

                """
        )
    }

    @Test("Neither the environment nor the place of the program names the helper") func onlyOnePlace() async throws {
        try await expect(
            """
            printf '#!/bin/sh\\ntouch %s/called\\nexit 0\\n' $T > lowport-helper; chmod 755 lowport-helper
            rm -r /usr/local/libexec
            as alice env PATH=$T AUTHBIND_HELPER=$T/lowport-helper LOWPORT_HELPER=$T/lowport-helper ./probe tcp4 bind 0.0.0.0 81
            ls called 2>/dev/null || echo not called
            """,
            "bind 13\nnot called\n"
        )
    }

    @Test("Other errors, and binds that need no permission, are those of the kernel") func otherErrors() async throws {
        let words = """
            tcp4 bind 127.0.0.1 8081 bind 127.0.0.1 81 tcp4 bind 192.0.2.1 8082 bind 192.0.2.1 81 len=3 bind 127.0.0.1 81 \
            len=500 bind 127.0.0.1 81 null badptr none len=16 bind 127.0.0.1 81 file bind 127.0.0.1 81 path bind 127.0.0.1 81 \
            unix bind 127.0.0.1 81
            """
        // A second socket at the port that a rule allows is for the helper, and its answer is that of its bind.
        try await expect(
            """
            as bob ./probe \(words) > ours; as bob bind-probe \(words) > theirs; cmp ours theirs && wc -l < ours
            as alice ./probe tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 81
            """,
            "12\nbind ok\nbind 98\n"
        )
    }

    @Test("Threads, signals, and a program that ignores or reaps its children") func everythingAtOnce() async throws {
        try await expect(
            """
            as alice timeout 300 ./probe threads 32 127.0.0.1 81
            as alice timeout 300 ./probe ignore-children threads 16 127.0.0.1 81
            as alice timeout 300 ./probe reaper threads 32 127.0.0.1 81 children
            as alice timeout 300 ./probe storm 50 repeat 100 127.0.0.1 81
            """,
            "threads 32/32\nthreads 16/16\nthreads 32/32\nchildren 0 reaped 0\nrepeat 100/100 last=0\n"
        )
    }

    @Test("In handlers that interrupt malloc, and in children of a process whose threads are in it") func inHandlers()
        async throws
    {
        try await expect(
            """
            as alice timeout 300 ./probe at 127.0.0.1 81 handlers 200
            as alice timeout 300 ./probe at 127.0.0.1 81 forks 100
            """,
            "handlers ok\nforks 100/100\n"
        )
    }

    @Test("With the smallest stacks") func smallStacks() async throws {
        try await expect(
            """
            for size in 8192 12288; do as alice timeout -k 1 60 ./probe at 127.0.0.1 81 small-stack $size || echo "status $?"; done
            as alice timeout -k 1 60 ./probe at 127.0.0.1 81 small-thread || echo "status $?"
            """,
            "stack ok\nstack ok\nthread ok\n"
        )
    }

    @Test("Libraries that refer to bind are reached") func librariesAreReached() async throws {
        try await expect("as alice ./probe tcp4 at 127.0.0.1 81 by-name", "by-name ok\n")
    }

    @Test("System calls, functions of the C library itself, and other programs are not reached") func notReached()
        async throws
    {
        try await expect(
            """
            as alice ./probe tcp4 sysbind 127.0.0.1 81
            as alice ./probe tcp4 at 127.0.0.1 81 by-library
            as alice ./probe exec $BIN/bind-probe tcp4 bind 127.0.0.1 81
            as alice ./probe tcp4 ring ring-bind 127.0.0.1 81 | grep -v -x -e 'ring-bind 13' -e 'ring-bind 22' -e 'ring .*' || true
            """,
            "sysbind 13\nby-library 13\nbind 13\n"
        )
    }

    @Test("A process that can gain no privileges is refused") func noNewPrivileges() async throws {
        try await expect("as alice ./probe no-new-privs tcp4 bind 127.0.0.1 81", "bind 13\n")
    }

    @Test("authbind and lowport run do as ever with such a program") func underTheOthers() async throws {
        try await expect(
            """
            touch /etc/authbind/byport/300; chmod 755 /etc/authbind/byport/300
            as bob authbind ./probe tcp4 bind 127.0.0.1 300
            as alice lowport run -- ./probe tcp4 bind 127.0.0.1 81
            """,
            "bind ok\nbind ok\n"
        )
    }

    @Test("It needs no runtime, and its only name is bind") func itNeedsNoRuntime() async throws {
        let object = "\(Products.directory)/LowportBind.build/bind.c.o"
        let defined = try await TestSupport.run("nm", ["--defined-only", "--extern-only", ByteString(object)])
        let lines = defined.output.split(on: UInt8(ascii: "\n")).filter { !$0.isEmpty }
        #expect(lines.count == 1 && lines[0].bytes.suffix(7).elementsEqual(" T bind".utf8), "\(defined)")
        let wanted = try await TestSupport.run("nm", ["--undefined-only", ByteString(object)])
        for name in ["swift_", "malloc", "pthread", "lock"] {
            #expect(!String(decoding: wanted.output.bytes, as: UTF8.self).contains(name), "\(wanted)")
        }
    }
}
