// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// No program gets a capability for every port that a line of the rules confines, by whatever name and with whatever fault.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ConfinedGrantTests: KernelSuite {
    private static let prelude: ByteString = """
        P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P; cp /usr/bin/env $P/server
        rules() { printf "$1\\n" > /etc/lowport/rules; chmod ${2:-644} /etc/lowport/rules; }
        keep() { echo "program $P/$1 cap_net_bind_service unverified" > /etc/lowport/programs; }
        tried() { status "$@"; cat said errors; rm errors; }

        """

    @Test(
        "With an error in the rules, no program gets a capability",
        arguments: [
            "rules 'confine program /usr/local/bin/server' 666", "rules 'confine programm /usr/local/bin/server'",
            "echo 'confine programm /usr/local/bin/server' > /etc/lowport/rules.d/web.rules",
            "chmod 777 /etc/lowport/rules.d",
        ] as [ByteString]
    )
    func givesNothingWithErrors(_ fault: ByteString) async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    rules 'allow everyone tcp 79'; keep server
                    \(fault)
                    tried lowport grant --program $P/server
                    status lowport grant --program $P/server --keep; rm errors
                    tried lowport programs apply; getcap $P/server; echo end
                    """
            ),
            """
            65
            lowport: the rules have errors: no program gets a capability
            hint: lowport check
            65
            78
            unchanged
            /etc/lowport/programs:1: /usr/local/bin/server gets nothing new: the rules have errors: lowport check
            end

            """
        )
    }

    @Test("A program is known by its file, not by its name") func knowsFilesByAnotherName() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    ln $P/server $P/hard; rules 'allow program /usr/local/bin/server tcp 80\\nconfine program /usr/local/bin/server'
                    keep hard; tried lowport programs apply; getcap $P/hard
                    enable; tried lowport programs apply; lowport enforce reload
                    lowport check --programs $P | sed -n '2,$p' | tr -s ' '
                    setcap -r $P/hard; status lowport grant --program $P/hard; grep -c 'may bind every port with it' errors || :
                    """
            ),
            """
            78
            unchanged
            /etc/lowport/programs:1: /usr/local/bin/hard is confined by /etc/lowport/rules:2, and the kernel engine is not enabled \
            here: the capability would be for every port
            0
            added: cap_net_bind_service=ep /usr/local/bin/hard
            /usr/local/bin/hard - what the rules allow
            0
            0

            """
        )
    }
}
