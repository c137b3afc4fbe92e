// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Tests of scripts in a `Sandbox` that begin alike.
protocol SandboxSuite {
    /// What each script begins with.
    static var prelude: String { get }
}

extension SandboxSuite {
    /// Runs `script` behind the prelude, and expects it to print `output`.
    func expect(
        _ script: String,
        _ output: ByteString,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Sandbox.run(Self.prelude + script)
        #expect(outcome.output == output, "\(outcome)", sourceLocation: sourceLocation)
    }
}
