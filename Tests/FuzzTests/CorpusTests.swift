// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import LowportPolicy
import Testing

/// What the fuzzers begin with, and all that they ever found: each file of the corpora is fed to its reader here too.
@Suite struct CorpusTests {
    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/Corpus")

    private static func files(of name: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: corpora.appending(path: name), includingPropertiesForKeys: nil)
    }

    @Test(arguments: Property.all.map(\.name))
    func `every seed keeps its property, and so does each of its beginnings`(name: String) throws {
        let property = try #require(Property.all.first { $0.name == name })
        let files = try Self.files(of: name)
        #expect(!files.isEmpty)
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            #expect(throws: Never.self, "\(file.lastPathComponent)") { try property.check(bytes) }
            let half = Array(bytes.prefix(bytes.count / 2))
            #expect(throws: Never.self, "the first half of \(file.lastPathComponent)") { try property.check(half) }
        }
    }

    @Test func `every corpus has a target`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
        #expect(Set(names) == Set(Property.all.map(\.name)))
        #expect(Set(names).count == Property.all.count)
    }

    @Test func `the naive evaluators tell what is allowed from what is not`() throws {
        let rules = try #require(NaiveRules(Array("allow user web tcp 80 on 127.0.0.0/8\nconfine user dev\n".utf8)))
        var request = RandomPolicy.request("127.1.2.3", port: 80)
        request.user = UserID(rawValue: 1)
        #expect(rules.allows(request, now: 0) && !rules.confines(request))
        request.address = .v4(.any)
        #expect(!rules.allows(request, now: 0))
        request.user = UserID(rawValue: 2)
        #expect(rules.confines(request))
        #expect(NaiveRules(Array("allow everyone tcp 080\n".utf8)) == nil)
        #expect(NaiveByuidLine.line(allowing: [127, 0, 0, 1], 80, in: Array("#\n127.0.0.0/8,80-90".utf8)) == 2)
        #expect(NaiveByuidLine.line(allowing: [127, 0, 0, 1], 81, in: Array("127.0.0.1,4294967377".utf8)) == nil)
    }
}
