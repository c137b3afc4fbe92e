// SPDX-License-Identifier: Apache-2.0
package import Linux

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
            let options = settings.options
            var outbound = EndpointOptions()
            outbound.usesDatagrams = settings.usesDatagrams
            let target = try ForwardTarget(settings.target, outbound, console)
            let access = try AccessList(options.access, console)
            let listener = try Listener.open(options, console)
            listener.log(options, console)
            if settings.usesDatagrams {
                try DatagramForwarder(to: target, maximumClients: settings.maximumConnections, access, console).run(
                    listener
                )
            } else {
                let rules = ForwardRules(
                    maximumConnections: settings.maximumConnections,
                    announcement: settings.announcesClients ? .line : nil
                )
                let forwarder = Forwarder(rules, access, console)
                forwarder.add(listener, to: target)
                try forwarder.run()
            }
            return 0
        } catch {
            error.report(to: console)
            return 1
        }
    }
}
