// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// The JSON that the tool writes has the fields that Documentation/reference/json.md describes, and no others.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportJSONTests {
    /// A policy in which every field has a value somewhere.
    private let policy = """
        cat > /etc/lowport/rules <<END
        allow user alice tcp,udp 80,8000-8010 on 127.0.0.0/8 until 2099-01-01T00:00:00Z
        allow user ghost tcp 81
        confine user alice
        END
        install -m 755 /dev/null /etc/authbind/byport/25
        install -m 644 /dev/null /etc/authbind/byport/26
        printf '%s\\n' 127.0.0.1,82 nonsense > /etc/authbind/byuid/1001
        cp /bin/true $T/privileged
        setcap cap_net_bind_service=ep $T/privileged
        PATH=$T:$PATH

        """

    @Test(
        "JSON has the documented fields",
        arguments: [
            ("lowport.change/1", 0, "lowport apply --json - <<END\nallow everyone tcp 79\nEND"),
            ("lowport.check/1", 1, "echo alow > /etc/lowport/rules.d/x.rules; lowport check --json"),
            (
                "lowport.programs/1", 0,
                """
                mount -t tmpfs -o mode=755 tmpfs /srv; mkdir /srv/a; mkdir -m 777 /srv/b
                for file in /srv/a/server /srv/b/server; do cp /bin/true $file; setcap cap_net_bind_service=ep $file; done
                echo '2026-12-01T12:00:00Z allowed by capability uid 1 (program "server", executable /srv/a/server, pid 1)' \
                    'tcp 0.0.0.0:80 with CAP_NET_BIND_SERVICE' | lowport check --programs /srv --log - --json
                """
            ),
            (
                "lowport.kept/1", 65,
                """
                mkdir /etc/lowport/programs.d; echo x > /etc/lowport/programs.d/x.programs;
                printf 'program /mnt/bin/nc cap_kill%s\n' '' ' unverified' > /etc/lowport/programs
                lowport programs apply -n --json
                """
            ),
            ("lowport.threshold/1", 0, "lowport threshold --json"),
            ("lowport.can-bind/1", 0, "lowport can-bind 80 --json"),
            (
                "lowport.explain/1", 1,
                """
                mkdir -p /etc/systemd/system; printf '[Service]\nUser=alice\nExecStart=/bin/true\n' > /etc/systemd/system/site.service
                lowport explain 99 --unit site --json
                """
            ),
            ("lowport.doctor/1", 1, "rm $LIBEXEC/lowport-run; lowport doctor --json"),
            ("lowport.error/1", 65, "echo alow >> /etc/lowport/rules; lowport grant 80 --user alice --json"),
        ]
    )
    func hasTheDocumentedFields(_ schema: String, _ status: Int, _ command: String) async throws {
        try expectDocumentedFields(of: schema, status, in: await Sandbox.run(policy + command))
    }

    @Test(
        "JSON has the documented fields under the kernel engine",
        arguments: [
            ("lowport.list/1", "lowport list --json"),
            ("lowport.enforce/1", "lowport enforce status --json"),
            ("lowport.log/1", "lowport log --json | head -n 1"),
        ]
    )
    func hasTheDocumentedFieldsUnderTheKernelEngine(_ schema: String, _ command: String) async throws {
        // The program of the events is known by the rule that names it.
        let named = "echo allow program $(readlink -f /usr/bin/python3) tcp 90 >> /etc/lowport/rules; "
        let script = policy + named + "enable; try_bind alice 127.0.0.1 80 > /dev/null; " + command
        try expectDocumentedFields(of: schema, 0, in: await KernelSandbox.run(ByteString(script)))
    }

    private func expectDocumentedFields(of schema: String, _ status: Int, in outcome: Outcome) throws {
        #expect(outcome.status == status, "\(outcome)")
        let answer = try JSONSerialization.jsonObject(with: Data(outcome.output.bytes))
        let written = fields(of: answer, at: "")
        #expect((answer as? [String: Any])?["schema"] as? String == schema)
        #expect(written == (try documentedFields(of: schema)))
    }

    @Test(
        "Errors are JSON too",
        arguments: [
            "grant 80 --user no-such-user-here", "grant", "grant 80 --everyone --until yesterday", "apply /nonexistent",
            "explain 80 --pid 999999", "threshold 99999", "list --port htpp", "can-bind 1-2", "gratn 80",
        ]
    )
    func errorsAreJSONToo(_ command: String) async throws {
        let outcome = try await Sandbox.run("lowport \(command) --json 2>/dev/null")
        #expect(outcome.status == 64 || outcome.status == 71)
        let answer = try JSONSerialization.jsonObject(with: Data(outcome.output.bytes)) as? [String: Any]
        #expect(answer?["schema"] as? String == "lowport.error/1")
        #expect(answer?["status"] as? Int == outcome.status)
        #expect((answer?["error"] as? String)?.isEmpty == false)
    }

    /// The first column of the table below the heading `schema`.
    private func documentedFields(of schema: String) throws -> Set<String> {
        let text = try String(contentsOfFile: "\(Release.repository)/Documentation/reference/json.md", encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("\(schema)\n") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        return Set(rows.map { String($0.split(separator: "`")[1]) })
    }

    private func fields(of value: Any, at path: String) -> Set<String> {
        switch value {
        case let object as [String: Any]:
            Set(object.flatMap { key, value in fields(of: value, at: path.isEmpty ? key : "\(path).\(key)") })
        case let list as [Any]: Set(list.flatMap { fields(of: $0, at: path + "[]") })
        default: [path]
        }
    }
}
