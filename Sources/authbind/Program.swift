// SPDX-License-Identifier: Apache-2.0
import LowportLaunch
import LowportLinux

/// Starts a program whose `bind` may use the ports that the administrator allows its user. See authbind(1).
@c(lowport_authbind_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // With privileges of its own, this program would lend them to every program that it starts.
    if CurrentProcess.isSecureExecution {
        return fail("authbind: must not be installed set-user-ID, set-group-ID or with file capabilities\n")
    }
    let words = unsafe [ByteString](argumentCount: count, arguments: arguments)
    do throws(LaunchOptions.UsageError) {
        switch try LaunchOptions.parse(words.dropFirst()) {
        case .help:
            try? InheritedDescriptor.standardOutput.show(LaunchOptions.help)
            return 0
        case .launch(let depth, let via, let isVerbose, let command):
            let choice = choice(via, command[0])
            let runner = choice.engine == .broker ? Installation.path(of: "lowport-run") : nil
            if isVerbose {
                printError("authbind: \(command[0]): \(runner == nil ? "preload" : "broker"): \(choice.reason)\n")
            }
            if isVerbose { try? Environment.set(PreloadLibrary.verboseVariable, to: "1") }
            if let runner { return broker(runner, command, depth, isForced: via == .broker) }
            return preload(command, depth)
        }
    } catch {
        return fail("usage error: \(error.message)\n\(LaunchOptions.usage)")
    }
}

/// Chooses the engine: the requested one or, by default, the library unless it cannot work.
private func choice(_ via: LaunchOptions.Via, _ program: ByteString) -> EngineChoice {
    switch via {
    case .preload: .requested(.preload)
    case .broker: .requested(.broker)
    case .auto: .forOne(Target(program: program), mayGainPrivileges: CurrentProcess.mayGainPrivileges)
    }
}

/// Executes the program under the broker or, unless the broker is forced, under the library if there can be no broker.
private func broker(_ runner: ByteString, _ command: [ByteString], _ depth: LaunchOptions.Depth, isForced: Bool)
    -> Int32
{
    var arguments: [ByteString] = ["lowport-run", "--for-authbind", depth.levels ?? ""]
    if isForced { arguments += ["--via", "broker"] }
    do throws(Errno) {
        try execute(fileAt: runner, arguments: arguments + ["--"] + command)
    } catch {
        return fail("\(runner): \(error.message)\n")
    }
}

/// Executes the program with the library preloaded; returns only if the program cannot be started.
private func preload(_ command: [ByteString], _ depth: LaunchOptions.Depth) -> Int32 {
    guard let library = Environment.value(of: "AUTHBIND_LIB") ?? PreloadLibrary.path else {
        return fail("authbind: cannot find \(PreloadLibrary.name) from \(CurrentProcess.executablePath ?? "?")\n")
    }
    let program = command[0]
    do throws(Errno) {
        try PreloadLibrary.preload(library, levels: depth.levels)
        try execute(program, arguments: command)
    } catch {
        return fail(program.isEmpty ? "\(error.message)\n" : "\(program): \(error.message)\n")
    }
}

/// Writes to standard error. On a terminal, the names of programs are escaped.
private func printError(_ message: Message) { try? InheritedDescriptor.standardError.show(message) }

/// Writes `message` to standard error and returns the exit status of every failure.
private func fail(_ message: Message) -> Int32 {
    printError(message)
    return 255
}
