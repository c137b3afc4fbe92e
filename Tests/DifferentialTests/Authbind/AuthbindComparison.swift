// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// One thing that authbind 2.1.3 and ours are both made to do, on the same tree.
struct AuthbindCase: Sendable {
    /// What is looked at; also tells the cases apart.
    let name: String
    /// Shell commands that make the tree, in /etc/authbind and as root.
    let setup: String
    /// The shell command that is run twice. `$HELPER`, `$AUTHBIND` and `$LIB` are the original's and then ours; `probe`
    /// is bind-probe as alice.
    let command: String
    /// Why the two differ; nil if they must not.
    let difference: String?
    /// What ours prints, where the two differ.
    let ours: String?

    init(_ name: String, setup: String = "", _ command: String, differs: String? = nil, ours: String? = nil) {
        self.name = name
        self.setup = setup
        self.command = command
        difference = differs
        self.ours = ours
    }
}

/// Runs cases on both, all in one sandbox.
enum AuthbindComparison {
    /// Checks that both do the same where they have to, and that every difference is still one.
    /// - Parameter release: whether ours is the helper that is installed, which is linked with another C library.
    static func check(_ cases: [AuthbindCase], release: Bool = false) async throws {
        var script = prelude
        if release {
            script += """
                cp \(Release.path("lowport-helper")) $LIBEXEC/lowport-helper
                setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $LIBEXEC/lowport-helper

                """
        }
        for (index, item) in cases.enumerated() {
            script += """
                reset
                \(item.setup)
                compare \(index) \(quoted(item.command))

                """
        }
        let outcome = try await Sandbox.run(script)
        try #require(outcome.status == 0, "\(outcome)")
        let records = outcome.output.split(on: 0x1E).dropLast().map { $0.split(on: 0x1F) }
        try #require(records.count == cases.count, "\(outcome)")
        for (item, record) in zip(cases, records) {
            let (original, ours) = (record[1].description, record[2].description)
            if item.difference == nil {
                #expect(ours == original, "\(item.name): \(item.command)")
            } else {
                #expect(ours != original, "\(item.name) is listed as a difference and is none: \(item.command)")
            }
            if let expected = item.ours { #expect(ours == expected, "\(item.name): \(item.command)") }
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static let prelude = """
        cd /
        chmod 755 /mnt/work
        probe() { as alice $BIN/bind-probe "$@"; }
        reset() {
            cd /
            ! mountpoint -q /etc/authbind || umount /etc/authbind
            rm -rf /etc/authbind; mkdir -p /etc/authbind/byport /etc/authbind/byaddr /etc/authbind/byuid
            cd /etc/authbind
        }
        allow() { for path; do : > "$path"; chmod 755 "$path"; done; }
        # What differs by nature: the places, and the names that the shell gives itself.
        same() { sed -e "s|$LIB|LIB|g" -e "s|$HELPER|HELPER|g" -e "s|^[^ ]*/authbind: |authbind: |"; }
        compare() {
            printf '%s\\037' "$1"
            (HELPER=/usr/lib/authbind/helper AUTHBIND=/usr/bin/authbind LIB=/usr/lib/authbind/libauthbind.so.1
             run "$2"); printf '\\037'
            (HELPER=$LIBEXEC/lowport-helper AUTHBIND=$BIN/authbind LIB=$LIBEXEC/liblowport-preload.so
             run "$2"); printf '\\036'
        }
        run() { export HELPER AUTHBIND LIB; { (set +e; eval "$1") 2>&1; echo "rc $?"; } | same; }

        """
}
