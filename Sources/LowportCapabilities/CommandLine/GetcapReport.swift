// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Prints the findings of getcap, in the format that the command line requests.
struct GetcapReport: ~Copyable {
    private let commandLine: GetcapCommandLine
    private let kernel: KernelCapabilities
    private var output = BufferedOutput(.standardOutput)

    /// Whether something could not be read or printed.
    private(set) var isIncomplete = false

    init(_ commandLine: GetcapCommandLine, kernel: KernelCapabilities) {
        self.commandLine = commandLine
        self.kernel = kernel
    }

    mutating func report(_ finding: WalkFinding) {
        switch finding.kind {
        case .unreadable, .closedDirectory, .unfinishedDirectory, .unreachable: isIncomplete = true
        case .capabilities, .none, .notFile: break
        }
        switch commandLine.format {
        case .lines: reportLine(finding)
        case .nulls: reportNulls(finding)
        case .json: reportJSON(finding)
        }
    }

    /// Reports that there is no file with the name `file`.
    mutating func reportMissing(_ file: ByteString, _ error: Errno) {
        isIncomplete = true
        if commandLine.format == .json {
            reportJSON(WalkFinding(.unreachable(error), at: file))
        } else {
            printError("\(file) (\(error.message))\n")
        }
    }

    /// Prints the warnings about the capabilities of a file.
    mutating func report(_ diagnosis: CapabilityDiagnosis, of file: ByteString) {
        guard commandLine.format != .json else {
            var object = JSONLine(schema: "lowport.getcap-audit/1")
            object.add(path: file, as: "path")
            if let found = diagnosis.capabilities { add(found, to: &object) }
            object.add("concerns", diagnosis.warnings.map { $0.byteString })
            return output.write(object.line)
        }
        var text = Message(file)
        if let found = diagnosis.capabilities { text += " \(found.state.text(kernel: kernel))\(rootUser(of: found))" }
        text += "\n"
        for warning in diagnosis.warnings { text += "\t\(warning)\n" }
        output.show(text)
    }

    /// Writes the remaining buffered output.
    mutating func finish() {
        output.flush()
        if output.failure != nil { isIncomplete = true }
    }

    /// Prints the lines of the original.
    private mutating func reportLine(_ finding: WalkFinding) {
        let file = finding.path
        switch finding.kind {
        case .capabilities(let found):
            output.show("\(file) \(found.state.text(kernel: kernel))\(rootUser(of: found))\n")
        case .none: output.show("\(file)\n")
        case .unreadable(let error): printError("Failed to get capabilities of file '\(file)' (\(error.message))\n")
        case .notFile, .closedDirectory, .unreachable:
            if commandLine.isVerbose { output.show("\(file) (Not a regular file)\n") }
        case .unfinishedDirectory: break
        }
    }

    private mutating func reportNulls(_ finding: WalkFinding) {
        let file = finding.path
        switch finding.kind {
        case .capabilities(let found):
            output.show("\(file)\0\(found.state.text(kernel: kernel))\(rootUser(of: found))\0")
        case .none: output.show("\(file)\0\0")
        case .unreadable(let error): printError("Failed to get capabilities of file '\(file)' (\(error.message))\n")
        case .notFile, .closedDirectory, .unreachable, .unfinishedDirectory: break
        }
    }

    private mutating func reportJSON(_ finding: WalkFinding) {
        var object = JSONLine(schema: "lowport.getcap/1")
        object.add(path: finding.path, as: "path")
        switch finding.kind {
        case .capabilities(let found): add(found, to: &object)
        case .none: break
        case .notFile: object.add("is_file", false)
        case .unreadable(let error), .closedDirectory(let error), .unfinishedDirectory(let error),
            .unreachable(let error):
            object.add("error", error.sentence)
            object.add("errno", error.rawValue)
        }
        output.write(object.line)
    }

    private func add(_ found: FileCapabilities, to object: inout JSONLine) {
        object.add("capabilities", found.state.text(kernel: kernel))
        object.add("permitted", found.permitted.map { $0.byteString })
        object.add("inheritable", found.inheritable.map { $0.byteString })
        object.add("effective", found.isEffective)
        object.add("rootid", found.rootUser.rawValue)
    }

    private func rootUser(of capabilities: FileCapabilities) -> ByteString {
        // -1 is not a user, and 0 means that there is no namespace; the number is signed, as in the output of the
        // original.
        let number = Int32(bitPattern: capabilities.rootUser.rawValue)
        return commandLine.printsRootUser && number != 0 && number != -1 ? " [rootid=\(number)]" : ""
    }
}
