// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import Subprocess
internal import SystemPackage

/// What a program that was started did.
package struct Outcome: Hashable, Sendable, CustomStringConvertible {
    /// How it ended: its exit status, or 128 and the number of the signal that ended it, as a shell counts.
    package let status: Int
    /// What it wrote to standard output.
    package let output: ByteString
    /// What it wrote to standard error.
    package let errors: ByteString

    /// Creates an outcome.
    package init(status: Int, output: ByteString, errors: ByteString = "") {
        self.status = status
        self.output = output
        self.errors = errors
    }

    /// All of it, for the message of a failed expectation.
    package var description: String {
        "status \(status)\n--- stdout\n\(output.description)--- stderr\n\(errors.description)"
    }
}

/// Starts `program` and waits for its end.
/// - Parameters:
///   - program: a path, or a name that is looked for along PATH.
///   - arguments: the arguments behind the program's name, as bytes.
///   - input: what it reads from standard input.
///   - environment: variables that are set beside the inherited ones.
///   - directory: the working directory.
package func run(
    _ program: String,
    _ arguments: [ByteString] = [],
    input: ByteString = "",
    environment: [String: String] = [:],
    directory: String? = nil
) async throws -> Outcome {
    await RunningPrograms.shared.begin()
    defer { RunningPrograms.shared.end() }
    let overrides = Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
    let result = try await Subprocess.run(
        program.contains("/") ? .path(.init(program)) : .name(program),
        arguments: Arguments(executablePathOverride: nil, remainingValues: arguments.map { $0.bytes + [0] }),
        environment: .inherit.updating(overrides.mapValues { .some($0) }),
        workingDirectory: directory.map { .init($0) },
        input: .array(input.bytes),
        output: .bytes(limit: 64 << 20),
        error: .bytes(limit: 64 << 20)
    )
    let status =
        switch result.terminationStatus {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        }
    return Outcome(
        status: status,
        output: ByteString(result.standardOutput),
        errors: ByteString(result.standardError)
    )
}
