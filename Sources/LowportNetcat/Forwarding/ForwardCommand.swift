// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// lowport-forward, from its arguments to its exit status.
package enum ForwardCommand {
    /// Runs it.
    /// - Returns: the exit status: 0 after a signal, 1 if it cannot listen or cannot look up the server, 64 if the
    ///   command line is wrong.
    package static func run(name: ByteString, _ arguments: [ByteString]) -> Int32 {
        openStandardDescriptors()
        ignoreBrokenPipes()
        var console = Console(program: "lowport-forward")
        console.command = [name] + arguments
        do throws(UsageError) {
            guard let settings = try ForwardSettings.parse(arguments) else {
                try? InheritedDescriptor.standardOutput.write(ForwardSettings.usage)
                return 0
            }
            console.isVerbose = settings.isVerbose
            console.isNumeric = settings.isNumeric
            return run(settings, console)
        } catch {
            if let message = error.message { console.printError(message) }
            if error.showsUsage { try? InheritedDescriptor.standardError.write(ForwardSettings.usage) }
            return 64
        }
    }

    private static func run(_ settings: ForwardSettings, _ console: Console) -> Int32 {
        do throws(NetcatError) {
            let access = try AccessList(settings.options.access, console)
            if settings.usesDatagrams {
                try forwardDatagrams(settings, access, console)
            } else {
                try ForwardService(settings, access, console).run()
            }
            return 0
        } catch {
            error.report(to: console)
            return 1
        }
    }

    private static func forwardDatagrams(
        _ settings: ForwardSettings,
        _ access: AccessList,
        _ console: Console
    ) throws(NetcatError) {
        let pair = settings.pairs[0]
        let target = try pair.lookUp(settings, console)
        let listener = try pair.listen(settings, console)
        listener.log(settings.options, console)
        try DatagramForwarder(to: target, maximumClients: settings.maximumConnections, access, console).run(listener)
    }
}
