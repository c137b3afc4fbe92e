// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// setcap(8), from its arguments to its exit status.
package enum SetcapCommand {
    /// Runs setcap, and returns the exit status.
    /// - Parameter words: the command line, beginning with the name of the program.
    package static func run(_ words: [ByteString]) -> Int32 {
        if words.count < 2 {
            printError(SetcapText.usage)
            return 1
        }
        var program = SetcapProgram(words.dropFirst())
        return program.run()
    }
}

/// getcap(8), from its arguments to its exit status.
package enum GetcapCommand {
    /// Runs getcap, and returns the exit status.
    /// - Parameter words: the command line, beginning with the name of the program.
    package static func run(_ words: [ByteString]) -> Int32 {
        do {
            let posix = Environment.value(of: "POSIXLY_CORRECT") != nil
            var program = GetcapProgram(try GetcapCommandLine(words.dropFirst(), optionsStandFirst: posix))
            return program.run()
        } catch {
            return error.report(program: words.first ?? "getcap")
        }
    }
}
