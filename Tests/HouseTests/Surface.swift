// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport

/// The public declarations of a module, from the symbol graph that the compiler writes.
struct Surface {
    private struct Graph: Decodable {
        struct Symbol: Decodable {
            struct Identifier: Decodable { let precise: String }
            struct Fragment: Decodable { let spelling: String }
            struct Comment: Decodable {}

            let identifier: Identifier
            let pathComponents: [String]
            let declarationFragments: [Fragment]
            let docComment: Comment?
        }
        struct Relationship: Decodable {
            let kind: String
            let source: String
            let target: String
            let targetFallback: String?
        }

        let symbols: [Symbol]
        let relationships: [Relationship]
    }

    /// One line for each declaration and each conformance, sorted.
    let lines: [String]
    /// The declarations without a comment, but for the initializer that the compiler gives to enumerations.
    let undocumented: [String]

    /// Reads the surface of `module`, which was built beside the tests.
    init(of module: String) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lowport-surface-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var words: [String] = ["symbolgraph-extract", "-module-name", module, "-I", "\(Products.directory)/Modules"]
        for map in Self.moduleMaps { words += ["-Xcc", "-fmodule-map-file=\(map)"] }
        words += ["-target", Self.target, "-minimum-access-level", "public", "-skip-inherited-docs"]
        words += ["-skip-synthesized-members", "-output-dir", directory.path]
        let outcome = try await run("swift", words.map { ByteString($0) })
        guard outcome.status == 0 else { throw Failure(text: "\(module): \(outcome)") }
        var (lines, undocumented): (Set<String>, [String]) = ([], [])
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let content = try Data(contentsOf: directory.appending(path: name))
            let graph = try JSONDecoder().decode(Graph.self, from: content)
            // Of another module, it says which of its types got members here.
            let other = name.contains("@") ? name.split(separator: "@")[1].split(separator: ".")[0] + "." : ""
            var paths: [String: String] = [:]
            for symbol in graph.symbols {
                let path = other + symbol.pathComponents.joined(separator: ".")
                paths[symbol.identifier.precise] = path
                let declaration = symbol.declarationFragments.map(\.spelling).joined()
                lines.insert("\(path): \(declaration.split(separator: "\n").joined(separator: " "))")
                if symbol.docComment == nil, !path.hasSuffix(".init(rawValue:)") { undocumented.append(path) }
            }
            for relationship in graph.relationships where relationship.kind == "conformsTo" {
                guard let path = paths[relationship.source] else { continue }
                if Self.everyonesProtocols.contains(relationship.targetFallback ?? "") { continue }
                lines.insert("\(path): \(relationship.targetFallback ?? relationship.target)")
            }
        }
        self.lines = lines.sorted()
        self.undocumented = undocumented.sorted()
    }

    /// What nearly every type conforms to without saying so.
    private static let everyonesProtocols = ["Swift.Copyable", "Swift.Escapable", "Swift.SendableMetatype"]

    /// The module maps of the C modules, which the others import.
    static let moduleMaps: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Products.directory)) ?? []
        return names.filter { $0.hasPrefix("LowportC") && $0.hasSuffix(".build") }
            .map { "\(Products.directory)/\($0)/module.modulemap" }
            .filter { FileManager.default.fileExists(atPath: $0) }
    }()

    struct Failure: Error { let text: String }

    private static var target: String {
        #if arch(arm64)
            "aarch64-unknown-linux-gnu"
        #else
            "x86_64-unknown-linux-gnu"
        #endif
    }
}
