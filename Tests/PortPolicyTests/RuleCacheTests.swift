// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import LowportPolicy
import Testing

/// The rules that a helper which keeps running remembers: never other ones than those of the files.
@Suite struct RuleCacheTests {
    private let root: String
    private let store: RuleStore
    private let port = Port(rawValue: 80)

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(
            atPath: root + "/etc/lowport/rules.d",
            withIntermediateDirectories: true
        )
        for directory in ["", "/etc", "/etc/lowport", "/etc/lowport/rules.d"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root + directory)
        }
        store = RuleStore(root: ByteString(root), owner: CurrentProcess.effectiveUser)
    }

    private func write(_ text: String, to name: String = "rules") throws {
        let path = "\(root)/etc/lowport/\(name)"
        // In place: the same file, of the same length.
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o644])
        }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private func lines(_ cache: inout RuleCache, now: Int64 = .max) -> Int {
        cache.contents(for: port, now: now).files.reduce(0) { $0 + $1.rules.count }
    }

    @Test("Every change is seen") func seesEveryChange() throws {
        var cache = RuleCache(of: store)
        #expect(lines(&cache) == 0)
        try write("allow uid 1 tcp 80\n")
        #expect(lines(&cache) == 1)
        #expect(lines(&cache) == 1)
        try write("allow uid 1 tcp 80\n", to: "rules.d/a.rules")
        #expect(lines(&cache) == 2)
        try write("allow uid 1 tcp 80\nallow uid 2 tcp 80\n", to: "rules.d/a.rules")
        #expect(lines(&cache) == 3)
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: root + "/etc/lowport/rules")
        #expect(lines(&cache) == 2)
        try FileManager.default.removeItem(atPath: root + "/etc/lowport/rules.d/a.rules")
        #expect(lines(&cache) == 0)
        try FileManager.default.removeItem(atPath: root + "/etc/lowport")
        #expect(lines(&cache) == 0)
    }

    @Test("What changed a moment ago is not relied on") func doesNotRelyOnWhatChangedAMomentAgo() throws {
        var cache = RuleCache(of: store)
        for number in 0..<200 {
            // Sooner or later two changes fall into one tick of the clock of the file system.
            try write(number % 2 == 0 ? "allow uid 1 tcp 80\n" : "# low uid 1 tcp 80\n")
            #expect(lines(&cache, now: WallClock.seconds) == 1 - number % 2)
        }
    }
}
