// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// The Swift code in the documentation compiles against the libraries as a program outside of the package sees them.
@Suite struct DocumentedCodeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The pages of the catalogues, each with one or more blocks of code.
    static let pages: [String] = {
        let sources = root.appending(path: "Sources").path
        let paths = FileManager.default.enumerator(atPath: sources)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.contains(".docc/") && $0.hasSuffix(".md") }.map { "Sources/\($0)" }.sorted()
    }()

    @Test func `there are pages`() {
        #expect(Self.pages.count >= 3)
    }

    @Test(arguments: pages) func `the code on a page compiles`(page: String) async throws {
        let text = try String(contentsOf: Self.root.appending(path: page), encoding: .utf8)
        let blocks = text.matches(of: /(?ms)^```swift\n(.*?)^```/).map { String($0.1) }
        let directory = FileManager.default.temporaryDirectory.appending(path: "lowport-code-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for block in blocks {
            let file = directory.appending(path: "main.swift")
            try block.write(to: file, atomically: true, encoding: .utf8)
            var words = [
                "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-I", "\(Products.directory)/Modules",
            ]
            words += Surface.moduleMaps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
            if block.contains("@main") { words.append("-parse-as-library") }
            let outcome = try await run("swiftc", (words + [file.path]).map { ByteString($0) })
            #expect(outcome.status == 0, "\(page):\n\(block)\n\(outcome.errors)")
        }
    }
}
