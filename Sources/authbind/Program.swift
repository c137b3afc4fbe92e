// SPDX-License-Identifier: Apache-2.0

/// Starts a program whose `bind` may use the ports that the administrator allows its user. See authbind(1).
@c(authbind_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // With rights of its own, this program would lend them to whatever it starts.
    if CurrentProcess.isSecureExecution {
        return fail("authbind: must not be installed set-user-ID, set-group-ID or with file capabilities\n")
    }
    let words = (0..<max(1, Int(count))).map { index in unsafe ByteString(cString: arguments[index]) }
    do throws(LaunchOptions.Problem) {
        switch try LaunchOptions.parse(words.dropFirst()) {
        case .help:
            try? InheritedDescriptor.standardOutput.write(LaunchOptions.usage)
            return 0
        case .launch(let depth, let command):
            return launch(command, depth: depth)
        }
    } catch {
        return fail("usage error: \(error.message)\n\(LaunchOptions.usage)")
    }
}

/// Replaces this process by the program; returns only if it cannot be started.
private func launch(_ command: [ByteString], depth: LaunchOptions.Depth) -> Int32 {
    guard let library = Environment.value(of: "AUTHBIND_LIB") ?? PreloadLibrary.path else {
        return fail("authbind: cannot find \(PreloadLibrary.name) from \(CurrentProcess.executablePath ?? "?")\n")
    }
    let program = command[0]
    do throws(Errno) {
        try Environment.set("AUTHBIND_LIB", to: library)
        try Environment.set("LD_PRELOAD", to: Environment.value(of: "LD_PRELOAD").map { "\($0):\(library)" } ?? library)
        if let levels = depth.levels { try Environment.set("AUTHBIND_LEVELS", to: levels) }
        try execute(program, arguments: command)
    } catch {
        return fail(program.isEmpty ? "\(error.message)\n" : "\(program): \(error.message)\n")
    }
}

/// Writes `message` to standard error and gives the exit status of every failure.
private func fail(_ message: ByteString) -> Int32 {
    try? InheritedDescriptor.standardError.write(message)
    return 255
}
