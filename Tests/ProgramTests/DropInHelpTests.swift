// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// `--help` of the drop-ins has every option of the manual, and fits a terminal of 80 columns.
@Suite struct DropInHelpTests {
    static let manuals = ["nc": "nc.1", "setcap": "setcap.8", "getcap": "getcap.8", "authbind": "authbind.1"]

    private func help(_ program: String) async throws -> [String] {
        let outcome = try await run(Products.path(program), ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        return outcome.output.description.split(separator: "\n").map(String.init)
    }

    /// The options, with their dashes, that the items of a manual begin with.
    private func options(inManual name: String) throws -> Set<String> {
        let path = "\(Release.repository)/Documentation/man/\(name)"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let words = lines.filter { $0.hasPrefix(".It Fl ") }.flatMap { $0.matches(of: #/Fl (-?[a-zA-Z][a-z-]*|\d)/#) }
        return Set(words.map { "-" + $0.1 })
    }

    @Test(arguments: manuals.keys.sorted()) func `help and manual have the same options`(_ program: String) async throws
    {
        let lines = try await help(program).filter { $0.wholeMatch(of: #/ +-.*/#) != nil }
        let shown = Set(
            lines.flatMap { $0.prefix(30).matches(of: #/(?:^| )(--?[a-zA-Z0-9][a-z-]*)/#).map { String($0.1) } }
        )
        let described = try options(inManual: #require(Self.manuals[program]))
        #expect(described.count > 3)
        #expect(shown == described)
    }

    /// The usage lines of the originals are longer.
    @Test(arguments: manuals.keys.sorted()) func `help has 80 columns`(_ program: String) async throws {
        let long = try await help(program).filter { !$0.hasPrefix("usage: ") && $0.count > 80 }
        #expect(long == [])
    }
}
