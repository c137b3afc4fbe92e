// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// The program getcap(8): prints the capabilities of files.
///
/// What it prints, and where it is silent, is what scripts know from libcap.
struct GetcapProgram: ~Copyable {
    private let commandLine: GetcapCommandLine
    private let kernel = KernelCapabilities.running
    private var output = BufferedOutput(.standardOutput)

    init(_ commandLine: GetcapCommandLine) { self.commandLine = commandLine }

    /// Looks at all files. There is no failure: what cannot be read is said, and the exit status is 0 all the same.
    mutating func run() {
        var options = WalkOptions()
        options.tellsEverything = commandLine.isVerbose
        var walk = FileCapabilityWalk(options)
        for file in commandLine.files {
            do {
                let kind = try FileStatus(of: file, followLinks: false).kind
                if commandLine.isRecursive {
                    walk.run(file) { print($0) }
                } else if kind != .regular {
                    print(WalkFinding(.notFile, at: file))
                } else if let finding = FileCapabilityWalk.look(at: file, options) {
                    print(finding)
                }
            } catch {
                complain("\(file) (\(error.message))\n")
            }
        }
        output.flush()
    }

    private mutating func print(_ finding: WalkFinding) {
        let file = finding.path
        switch finding.kind {
        case .capabilities(let found):
            output.write("\(file) \(found.state.text(kernel: kernel))\(rootUser(of: found))\n")
        case .none: output.write("\(file)\n")
        case .unreadable(let error): complain("Failed to get capabilities of file '\(file)' (\(error.message))\n")
        case .notFile, .closedFolder, .unreachable:
            if commandLine.isVerbose { output.write("\(file) (Not a regular file)\n") }
        case .unfinishedFolder: break
        }
    }

    private func rootUser(of capabilities: FileCapabilities) -> ByteString {
        // -1 is no user, and 0 means that there is no namespace; the number is signed as the original prints it.
        let number = Int32(bitPattern: capabilities.rootUser.rawValue)
        return commandLine.printsRootUser && number != 0 && number != -1 ? " [rootid=\(number)]" : ""
    }
}
