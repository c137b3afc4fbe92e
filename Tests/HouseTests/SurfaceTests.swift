// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The public declarations are those that Documentation/api lists, so that no change of them goes unseen.
@Suite struct SurfaceTests {
    /// The modules whose declarations are for programs outside of the package.
    static let modules = [
        "LowportCapabilities", "LowportDiagnosis", "LowportFoundation", "LowportLinux", "LowportPolicy",
        "LowportSockets",
    ]

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// With LOWPORT_UPDATE_API in the environment, the list is written instead.
    @Test(arguments: modules) func `the public declarations are listed`(module: String) async throws {
        let surface = try await Surface(of: module)
        let list = Self.root.appending(path: "Documentation/api/\(module).txt")
        let text = surface.lines.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["LOWPORT_UPDATE_API"] != nil {
            try text.write(to: list, atomically: true, encoding: .utf8)
        }
        let listed = Set(try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init))
        #expect(listed.subtracting(surface.lines).sorted() == [], "gone")
        #expect(Set(surface.lines).subtracting(listed).sorted() == [], "new")
        #expect(surface.undocumented == [])
        #expect(!surface.lines.isEmpty)
    }

    @Test func `every library exports a listed module`() throws {
        let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        // That of C declares nothing, and the bridges declare something only with their traits.
        let others = [
            "LowportBind", "LowportHummingbird", "LowportNIO", "LowportServiceLifecycle", "LowportSystemPackage",
        ]
        let products = manifest.matches(of: /\.library\(name: "(Lowport[A-Za-z]+)"/).map { String($0.1) }
        #expect(!products.isEmpty && products.allSatisfy((Self.modules + others).contains))
    }

    /// The bridges, which are built with their traits alone: what their sources declare, line by line.
    @Test(arguments: ["LowportHummingbird", "LowportNIO", "LowportServiceLifecycle", "LowportSystemPackage"])
    func `the public declarations of a bridge are listed`(module: String) throws {
        let directory = Self.root.appending(path: "Integrations/\(module)")
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
            $0.hasSuffix(".swift")
        }
        var lines: [String] = []
        for file in files.sorted() {
            let text = try String(contentsOf: directory.appending(path: file), encoding: .utf8)
            // Up to the body, on one line.
            for declaration in text.matches(of: /(?m)^ *(?:public (?!import)|extension )[^{]*/) {
                lines.append(declaration.output.split(whereSeparator: \.isWhitespace).joined(separator: " "))
            }
        }
        let list = Self.root.appending(path: "Documentation/api/\(module).txt")
        if ProcessInfo.processInfo.environment["LOWPORT_UPDATE_API"] != nil {
            try (lines.joined(separator: "\n") + "\n").write(to: list, atomically: true, encoding: .utf8)
        }
        #expect(lines.contains { $0.hasPrefix("public") })
        #expect(try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init) == lines)
    }

    @Test func `no module has public declarations that are not listed`() throws {
        let modifiers =
            "(?:(?:final|static|indirect|override|required|nonisolated(?:\\(unsafe\\))?|@\\w+(?:\\([^)]*\\))?) +)*"
        let isPublic = try Regex("(?m)^ *\(modifiers)(?:public|open) +(?!import|=)")
        for words in [
            "public let a", "final public class A", "@available(*, deprecated) public func a", "open class A",
        ] {
            #expect(words.contains(isPublic))
        }
        let sources = Self.root.appending(path: "Sources")
        for room in try FileManager.default.contentsOfDirectory(atPath: sources.path) where room.hasPrefix("Lowport") {
            guard !Self.modules.contains(room) else { continue }
            let files = try #require(FileManager.default.enumerator(atPath: sources.path + "/" + room))
            for case let file as String in files where file.hasSuffix(".swift") {
                let text = try String(contentsOf: sources.appending(path: "\(room)/\(file)"), encoding: .utf8)
                #expect(!text.contains(isPublic), "\(room)/\(file)")
            }
        }
    }
}
