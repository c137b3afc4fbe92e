// SPDX-License-Identifier: Apache-2.0
import Foundation
import Linux
import TestSupport
import Testing

/// The JSON that the tool writes has the fields that Documentation/json.md describes, and no others.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportJSONTests {
    /// A policy in which every field has a value somewhere.
    private let policy = """
        cat > /etc/lowport/rules <<END
        allow user alice tcp,udp 80,8000-8010 on 127.0.0.0/8 until 2099-01-01T00:00:00Z
        allow user ghost tcp 81
        END
        install -m 755 /dev/null /etc/authbind/byport/25
        install -m 644 /dev/null /etc/authbind/byport/26
        printf '%s\\n' 127.0.0.1,82 nonsense > /etc/authbind/byuid/1001
        cp /bin/true $T/privileged
        setcap cap_net_bind_service=ep $T/privileged
        PATH=$T:$PATH

        """

    @Test(arguments: [
        ("lowport.change/1", "lowport apply --json - <<END\nallow everyone tcp 79\nEND"),
        ("lowport.list/1", "lowport list --json"),
        ("lowport.check/1", "lowport check --json"),
        ("lowport.threshold/1", "lowport threshold --json"),
    ])
    func hasTheDocumentedFields(_ schema: String, _ command: String) async throws {
        let outcome = try await Sandbox.run(policy + command)
        #expect(outcome.status == 0, "\(outcome)")
        let answer = try JSONSerialization.jsonObject(with: Data(outcome.output.bytes))
        let written = fields(of: answer, at: "")
        #expect((answer as? [String: Any])?["schema"] as? String == schema)
        #expect(written == (try documentedFields(of: schema)))
    }

    /// The first column of the table below the heading `schema`.
    private func documentedFields(of schema: String) throws -> Set<String> {
        let text = try String(contentsOfFile: "\(Release.repository)/Documentation/json.md", encoding: .utf8)
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
