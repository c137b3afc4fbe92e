// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A command line of lowport-run(1): starts a program that may bind what its user is allowed to.
package struct RunCommand {
    private enum Parsed {
        case options(RunOptions)
        case help
        case error(RunOptions.UsageError)
    }

    private let parsed: Parsed

    /// Reads `words`, the command line without the name of the program.
    package init(_ words: ArraySlice<ByteString>) {
        do throws(RunOptions.UsageError) {
            parsed = try RunOptions.parse(words).map { .options($0) } ?? .help
        } catch { parsed = .error(error) }
    }

    /// Whether the command starts the program as another user, whose account may be in any source of nsswitch.conf(5).
    package var needsAccounts: Bool {
        if case .options(let options) = parsed { options.user != nil } else { false }
    }

    /// Becomes the program; returns only if the program is not started, with the exit status.
    package func start() -> Int32 {
        switch parsed {
        case .options(let options) where options.isProbe:
            return Probe(user: options.user, sockets: options.trials).answer()
        case .options(let options): return Launcher(options: options).start()
        case .help:
            let isWritten = (try? InheritedDescriptor.standardOutput.write(RunOptions.usage)) != nil
            return isWritten ? 0 : 125
        case .error(let error):
            try? InheritedDescriptor.standardError.write(
                "lowport-run: \(error.message.escaped)\n\(RunOptions.usage)"
            )
            return 125
        }
    }
}
