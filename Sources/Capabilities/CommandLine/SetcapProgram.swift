// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// The program setcap(8): does what its command line asks for, pair by pair, and stops at the first that fails.
///
/// What it prints, and in which order it looks at text, file and privilege, is what scripts know from libcap.
struct SetcapProgram: ~Copyable {
    private var commandLine: SetcapCommandLine
    private let kernel = KernelCapabilities.running
    private var output = BufferedOutput(.standardOutput)
    private var isPrivileged = false

    /// - Parameter words: the command line without the name of the program.
    init(_ words: ArraySlice<ByteString>) { commandLine = SetcapCommandLine(words) }

    /// Does everything, and returns the exit status.
    mutating func run() -> Int32 {
        var status: Int32 = 0
        do throws(SetcapFailure) {
            while try runStep() {}
        } catch {
            complain(error.text)
            status = 1
        }
        output.flush()
        return status
    }

    /// Does one step, and says whether another may follow.
    private mutating func runStep() throws(SetcapFailure) -> Bool {
        switch commandLine.next() {
        case .end: return false
        case .help:
            complain(SetcapText.usage)
            return false
        case .license:
            output.write(SetcapText.license)
            return false
        case .rootUserMissing: throw .rootUserMissing
        case .rootUserInvalid(let word): throw .rootUserInvalid(word)
        case .pair(let source, let file):
            let state = try read(source)
            guard let file else { throw .usage }
            if commandLine.verifies {
                try verify(file, against: state ?? CapabilityState())
            } else {
                try change(file, to: state)
            }
            return true
        }
    }

    /// The capabilities that a pair names; nil where they are to be removed.
    private func read(_ source: SetcapCommandLine.CapabilitySource) throws(SetcapFailure) -> CapabilityState? {
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
    /// an empty line. What is typed at a terminal comes line by line, so that an empty line ends it.
    private func readStandardInput() throws(SetcapFailure) -> ByteString {
        if !commandLine.isQuiet { complain(SetcapText.prompt) }
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

    private mutating func verify(_ file: ByteString, against state: CapabilityState) throws(SetcapFailure) {
        // As in the original, a file whose capabilities cannot be read counts as one that has none.
        let found = (try? FileCapabilities(ofFile: file)).flatMap { $0 } ?? FileCapabilities()
        let difference = found.state.difference(from: state)
        let wanted = commandLine.rootUser
        if !commandLine.isQuiet {
            output.write(
                found.rootUser == wanted && difference.isEmpty
                    ? "\(file): OK\n" : SetcapText.difference(difference, of: file, got: found.rootUser, want: wanted)
            )
        }
        if found.rootUser != wanted || !difference.isEmpty { throw .different }
    }

    private mutating func change(_ file: ByteString, to state: CapabilityState?) throws(SetcapFailure) {
        if !isPrivileged {
            do {
                try makeEffective(.setfcap)
            } catch {
                throw .privilege(error)
            }
            isPrivileged = true
        }
        do throws(Errno) {
            let target = try CapabilityTarget(path: file)
            guard let state else { return try target.remove() }
            guard let capabilities = FileCapabilities(state, rootUser: commandLine.rootUser) else {
                throw .invalidArgument
            }
            try target.write(capabilities)
        } catch {
            throw .file(file, error, wanted: state)
        }
    }
}

/// Makes a permitted capability of this thread effective; EPERM if it is not permitted.
private func makeEffective(_ capability: Capability) throws(Errno) {
    var masks = try CapabilityMasks(ofProcess: 0)
    masks.effective |= CapabilitySet([capability]).rawValue
    try masks.apply()
}

/// Writes to standard error, at once.
func complain(_ text: ByteString) { try? InheritedDescriptor.standardError.write(text) }
