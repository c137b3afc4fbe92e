// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The program setcap(8): processes its command line pair by pair, and stops at the first pair that fails.
///
/// The output, and the order in which text, file and privilege are checked, are those that scripts know from libcap.
struct SetcapProgram: ~Copyable {
    private var commandLine: SetcapCommandLine
    private let kernel = KernelCapabilities.running
    private var output = BufferedOutput(.standardOutput)
    private var isPrivileged = false

    /// - Parameter words: the command line without the name of the program.
    init(_ words: ArraySlice<ByteString>) { commandLine = SetcapCommandLine(words) }

    /// Processes the whole command line, and returns the exit status.
    mutating func run() -> Int32 {
        var status: Int32 = 0
        do throws(SetcapError) {
            while try runStep() {}
        } catch {
            printError(error.text)
            if commandLine.explains, let hint = error.hint(for: commandLine) {
                printError("hint: \(hint)\n")
            }
            status = 1
        }
        output.flush()
        return status
    }

    /// Processes one step, and returns whether another may follow.
    private mutating func runStep() throws(SetcapError) -> Bool {
        switch commandLine.next() {
        case .end: return false
        case .usage:
            printError(SetcapText.usage)
            return false
        case .help:
            output.show(SetcapText.usage + "\n" + SetcapCommandLine.addedOptions)
            return false
        case .license:
            output.show(SetcapText.license)
            return false
        case .rootUserMissing: throw .rootUserMissing
        case .rootUserInvalid(let word): throw .rootUserInvalid(word)
        case .pair(let source, let file):
            let state = try read(source)
            guard let file else { throw .usage }
            try apply(state, to: file)
        case .group(let source, let files):
            let state = try read(source)
            for file in files { try apply(state, to: file) }
        case .restore(let file):
            guard let file else { throw .usage }
            try restore(file)
        case .explain(let file): try explain(file)
        }
        return true
    }

    private mutating func apply(_ state: CapabilityState?, to file: ByteString) throws(SetcapError) {
        if commandLine.verifies {
            let isSame = verify(file, against: state ?? CapabilityState(), rootUser: commandLine.rootUser)
            if !isSame { throw .different }
        } else {
            try change(file, to: state)
        }
    }

    /// The capabilities that a pair names; nil to remove them.
    private func read(_ source: SetcapCommandLine.CapabilitySource) throws(SetcapError) -> CapabilityState? {
        let text: ByteString
        switch source {
        case .nothing: return nil
        case .text(let word): text = word
        case .standardInput: text = try readStandardInput()
        }
        do {
            return try CapabilityState(text: text, kernel: kernel)
        } catch {
            throw .text(error)
        }
    }

    /// Reads a capability text as the original does: at most 2048 bytes, up to the end or to a read(2) that begins with
    /// an empty line. A terminal delivers the input line by line, so that an empty line ends it.
    private func readStandardInput() throws(SetcapError) -> ByteString {
        if !commandLine.isQuiet { printError(SetcapText.prompt) }
        let limit = 2048
        var text: [UInt8] = []
        while text.count < limit {
            guard let part = try? InheritedDescriptor.standardInput.read(upTo: limit - text.count) else {
                throw .standardInput
            }
            if part.isEmpty || part[0] == UInt8(ascii: "\n") { break }
            text += part
        }
        if text.isEmpty { throw .usage }
        return ByteString(text)
    }

    /// Prints and returns whether a file has the wanted capabilities.
    private mutating func verify(_ file: ByteString, against state: CapabilityState, rootUser: UserID) -> Bool {
        // As in the original, a file whose capabilities cannot be read counts as a file without capabilities.
        var found = FileCapabilities()
        do {
            if let read = try FileCapabilities(ofFile: file) {
                found = read
            } else if commandLine.explains {
                printError("hint: '\(file)' has no attribute, which counts as an empty one\n")
            }
        } catch {
            if commandLine.explains {
                printError("hint: '\(file)' cannot be read, which counts as having none: \(error.sentence)\n")
            }
        }
        let difference = found.state.difference(from: state)
        let isSame = found.rootUser == rootUser && difference.isEmpty
        if !commandLine.isQuiet {
            output.show(
                isSame
                    ? "\(file): OK\n" : SetcapText.difference(difference, of: file, got: found.rootUser, want: rootUser)
            )
        }
        return isSame
    }

    private mutating func change(_ file: ByteString, to state: CapabilityState?) throws(SetcapError) {
        if !commandLine.isDryRun { try becomePrivileged() }
        do throws(Errno) {
            let target = try CapabilityTarget(path: file, followLinks: commandLine.followsLinks)
            guard let state else { return try remove(from: target, file) }
            guard let capabilities = FileCapabilities(state, rootUser: commandLine.rootUser) else {
                throw .invalidArgument
            }
            if !commandLine.isDryRun { return try target.write(capabilities) }
            try target.checkChangeable()
            output.show("would set '\(file)' to \(SetcapText.description(of: capabilities, kernel))\n")
        } catch {
            throw .file(file, error, wanted: state)
        }
    }

    private mutating func remove(from target: borrowing CapabilityTarget, _ file: ByteString) throws(Errno) {
        if !commandLine.isDryRun { return try target.remove() }
        try target.checkChangeable()
        // Capabilities that cannot be read can be removed nevertheless.
        if (try? target.read()) == .some(nil) { throw .noData }
        output.show("would remove the capabilities of '\(file)'\n")
    }

    private mutating func restore(_ file: ByteString) throws(SetcapError) {
        if commandLine.verifies { return try verifyRestored(file) }
        let restoration: CapabilityRestoration
        do throws(SavedFileError) {
            restoration = try CapabilityRestoration(
                savedIn: file,
                acceptsChanged: commandLine.acceptsChanged,
                acceptsMissing: commandLine.acceptsMissing,
                followsLinks: commandLine.followsLinks
            )
        } catch {
            throw .saved(error)
        }
        if !commandLine.isDryRun { try becomePrivileged() }
        if !commandLine.isQuiet { for path in restoration.missing { output.show("'\(path)' is gone\n") } }
        for step in restoration.steps where !step.isDone {
            let verb: Message = commandLine.isDryRun ? "would restore" : "restoring"
            if !commandLine.isQuiet {
                output.show("\(verb) '\(step.path)' to \(SetcapText.description(of: step.new, kernel))\n")
            }
        }
        if commandLine.isDryRun { return }
        do throws(SavedFileError) {
            try restoration.apply()
        } catch {
            throw .saved(error)
        }
    }

    /// Reports for every saved file whether it has its capabilities.
    private mutating func verifyRestored(_ file: ByteString) throws(SetcapError) {
        let entries: [SavedCapabilities]
        let naming = FileNaming(followsLinks: commandLine.followsLinks)
        do { entries = try CapabilityRestoration.entries(savedIn: file, naming) } catch { throw .saved(error) }
        var isSame = true
        for entry in entries {
            let wanted = entry.capabilities
            if commandLine.acceptsMissing, isGone(entry.path) {
                if !commandLine.isQuiet { output.show("'\(entry.path)' is gone\n") }
                continue
            }
            if !verify(entry.path, against: wanted.state, rootUser: wanted.rootUser) { isSame = false }
        }
        if !isSame { throw .different }
    }

    private func isGone(_ path: ByteString) -> Bool {
        do throws(Errno) { _ = try FileStatus(of: path, followLinks: false) } catch {
            return error.isAbsence
        }
        return false
    }

    private mutating func explain(_ file: ByteString) throws(SetcapError) {
        let diagnosis: CapabilityDiagnosis
        do {
            diagnosis = try CapabilityDiagnosis(
                ofFile: file,
                followLinks: commandLine.followsLinks,
                bounding: .bounding,
                kernel: kernel
            )
        } catch {
            throw .file(file, error, wanted: CapabilityState())
        }
        if let found = diagnosis.capabilities {
            output.show("\(file) \(found.state.text(kernel: kernel))\n")
        } else if diagnosis.warnings.isEmpty {
            output.show("\(file) has no capabilities\n")
        } else {
            output.show("\(file)\n")
        }
        for warning in diagnosis.warnings { output.show("\t\(warning)\n") }
    }

    private mutating func becomePrivileged() throws(SetcapError) {
        if isPrivileged { return }
        do {
            try makeEffective(.setfcap)
        } catch {
            throw .privilege(error)
        }
        isPrivileged = true
    }
}

/// Makes a permitted capability of this thread effective; throws EPERM if it is not permitted.
private func makeEffective(_ capability: Capability) throws(Errno) {
    var state = try CapabilityState.ofCurrentThread()
    state.effective.insert(capability)
    try state.applyToCurrentThread()
}

/// Writes to standard error, unbuffered. On a terminal, file names are escaped.
func printError(_ message: Message) { try? InheritedDescriptor.standardError.show(message) }
