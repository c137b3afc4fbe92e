// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// nc, from its arguments to its exit status.
package enum Command {
    /// Runs it.
    /// - Parameters:
    ///   - name: the path or name that it was called with.
    ///   - arguments: the arguments after the name.
    /// - Returns: the exit status: 0 for success, 1 if no connection was made or the command line is wrong.
    package static func run(name: ByteString, _ arguments: [ByteString]) -> Int32 {
        openStandardDescriptors()
        ignoreBrokenPipes()
        var console = Console(program: ByteString(name.bytes.split(separator: UInt8(ascii: "/")).last ?? []))
        console.command = [name] + arguments
        let dialect = console.isNcat ? Dialect.ncat : .openbsd
        do throws(UsageError) {
            switch try Invocation(arguments, dialect) {
            case .show(.help): try? InheritedDescriptor.standardOutput.write(Usage(dialect).long)
            case .show(.helpOnErrors): try? InheritedDescriptor.standardError.write(Usage(dialect).long)
            // As ncat does.
            case .show(.version) where console.isNcat: console.print(Usage.bannerOfNcat)
            case .show(.version): try? InheritedDescriptor.standardOutput.write(Usage.version)
            case .run(let options):
                console.isVerbose = options.isVerbose
                console.isNumeric = options.isNumeric
                console.reportsFailures = !options.listens && !options.scans
                if console.isNcat { console.log(Usage.bannerOfNcat) }
                return run(options, console)
            }
            return 0
        } catch {
            if let message = error.message {
                // getopt(3) prints the whole path in front of its message.
                if error.showsUsage {
                    console.print("\(name): \(message)")
                } else {
                    console.printError(message)
                }
            }
            guard console.isNcat else {
                if error.showsUsage { try? InheritedDescriptor.standardError.write(Usage(dialect).short) }
                return 1
            }
            if error.showsUsage { console.printError(Usage.adviceOfNcat) }
            return 2
        }
    }

    private static func run(_ options: Options, _ console: Console) -> Int32 {
        do throws(NetcatError) {
            // Open until the end, so that the reader of a FIFO does not see an end before.
            let records = try options.content.beginRecords()
            defer { withExtendedLifetime(records) {} }
            if options.listens {
                try Server(options: options, console: console).run()
                return 0
            }
            return try Client(options: options, console: console).run() ? 0 : 1
        } catch {
            error.report(to: console)
            if let status = error.status { return status }
            return console.isNcat && !error.isOfNetwork ? 2 : 1
        }
    }
}
