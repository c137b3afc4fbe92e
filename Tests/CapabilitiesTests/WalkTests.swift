// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

@testable import LowportCapabilities

@Suite struct WalkTests {
    /// Trees of every shape: wide, deep, many small directories, names of all bytes.
    private static let makeTrees = """
        mkdir wide; cd wide; seq 5000 | xargs touch; mkdir $(seq -f d%g 300); touch d7/x; cd ..
        mkdir many; for i in $(seq 60); do mkdir -p many/$i/a/b many/$i/c; touch many/$i/a/b/f many/$i/z; done
        p=deep; for i in $(seq 600); do p=$p/$((i % 10)); done; mkdir -p $p; touch $p/end deep/1/2/beside
        touch "$(printf 'n\\377\\ne')"; ln -s many link; ln -s missing dangling; mkfifo fifo; mkdir empty
        """

    private static func withTrees<Result>(_ body: (ByteString) throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lowport-walk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let made = try await run("/bin/sh", ["-euc", ByteString(makeTrees)], directory: directory.path)
        try #require(made.status == 0, "\(made)")
        return try body(ByteString(directory.path))
    }

    /// What one thread that keeps everything in memory would tell.
    private static func plainWalk(_ path: ByteString) throws -> [WalkFinding] {
        switch try FileStatus(of: path, followLinks: false).kind {
        case .symbolicLink: return [WalkFinding(.notFile, at: path)]
        case .directory: break
        default: return [WalkFinding(.none, at: path)]
        }
        let names = try FileDescriptor.open(path, [.readOnly, .directory]).names()
        return try names.reduce(into: [WalkFinding(.notFile, at: path)]) { $0 += try plainWalk("\(path)/\($1)") }
    }

    private static func findings(
        _ path: ByteString,
        threads: Int,
        throughDescriptors: Bool,
        budget: DescriptorBudget = .ofThisProcess
    ) -> [WalkFinding] {
        var options = WalkOptions()
        options.tellsEverything = true
        options.threads = threads
        var walk = FileCapabilityWalk(options, canReadThroughDescriptors: throughDescriptors, budget: budget)
        var findings: [WalkFinding] = []
        walk.run(path) { findings.append($0) }
        return findings
    }

    @Test("Findings are told in order", arguments: [1, 2, 3, 8], [true, false]) func tellsInOrder(
        threads: Int,
        throughDescriptors: Bool
    ) async throws {
        if throughDescriptors && !DirectoryEntries.canReadAttributes { return }
        try await Self.withTrees { path in
            let expected = try Self.plainWalk(path)
            #expect(expected.count > 6000)
            for _ in 0..<3 {
                #expect(Self.findings(path, threads: threads, throughDescriptors: throughDescriptors) == expected)
            }
        }
    }

    /// Where few directories may be held open, those in between are opened again.
    @Test("A deep tree needs few descriptors", arguments: [0, 1, 7], [true, false]) func needsFewDescriptors(
        count: Int,
        throughDescriptors: Bool
    ) async throws {
        if throughDescriptors && !DirectoryEntries.canReadAttributes { return }
        try await Self.withTrees { path in
            let expected = try Self.plainWalk(path)
            let found = Self.findings(
                path,
                threads: 2,
                throughDescriptors: throughDescriptors,
                budget: DescriptorBudget(count)
            )
            #expect(found == expected)
        }
    }

    /// The walk leaves the working directory of its caller alone, also where its threads change theirs.
    @Test("The working directory stays") func keepsWorkingDirectory() async throws {
        let before = FileManager.default.currentDirectoryPath
        _ = try await Self.withTrees { Self.findings($0, threads: 4, throughDescriptors: false) }
        #expect(FileManager.default.currentDirectoryPath == before)
    }

    @Test("What cannot be reached is told") func tellsWhatCannotBeReached() {
        let findings = Self.findings("/missing/", threads: 1, throughDescriptors: true)
        #expect(findings == [WalkFinding(.unreachable(.noSuchFile), at: "/missing")])
    }

    @Test("Several operands are one walk") func oneWalkForSeveralOperands() async throws {
        try await Self.withTrees { path in
            var options = WalkOptions()
            options.tellsEverything = true
            var walk = FileCapabilityWalk(options)
            var counts: [Int] = []
            for operand in ["\(path)/many", "\(path)/wide/", "\(path)/link", "\(path)/fifo"] as [ByteString] {
                var count = 0
                walk.run(operand) { _ in count += 1 }
                counts.append(count)
            }
            #expect(counts == [1 + 60 * 6, 1 + 5000 + 300 + 1, 1, 1])
        }
    }

    /// Everything that is told of is told once, however many findings wait.
    @Test("The queue holds many findings") func queueHoldsManyFindings() async throws {
        try await Self.withTrees { path in
            var seen = 0
            var last = 0
            var options = WalkOptions()
            options.tellsEverything = true
            options.threads = 4
            var walk = FileCapabilityWalk(options)
            walk.run(path, onProgress: { last = max(last, $0) }) { _ in seen += 1 }
            #expect(last == seen - 1)
        }
    }
}
