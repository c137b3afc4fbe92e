// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux

/// The way from a name to the program that runs, as execvp(3), the kernel and env(1) go it.
struct ProgramSearch {
    /// The value of PATH.
    let searchPath: ByteString
    /// Who starts the program; nil for the real user of this process.
    let starter: ProcessCredentials?
    /// The file that is being looked at.
    private(set) var path: ByteString
    /// The scripts on the way, the first one that of the question.
    private(set) var scripts: [ByteString] = []
    private var scriptsWithCapabilities: [ByteString] = []

    init(for name: ByteString, along searchPath: ByteString, startedBy starter: ProcessCredentials?) {
        path = name
        self.searchPath = searchPath
        self.starter = starter
    }

    /// Follows scripts to the program.
    mutating func program() throws(Errno) -> ProgramFile {
        path = try place(of: path, along: searchPath)
        while true {
            if try ProgramFile.isExecutableAlone(path) {
                return try ProgramFile.unreadable(path, scripts, scriptsWithCapabilities)
            }
            let file = try FileDescriptor.open(path, [.readOnly, .nonBlocking])
            let start = try file.read(upTo: ProgramImage.prefixLength)
            let image = ProgramImage(start)
            if case .script(let interpreter, let argument) = image {
                // The interpreter of a script may be a script itself, up to four recursions (execve(2), ELOOP): at most
                // five scripts.
                guard scripts.count < 5 else { throw .symbolicLinkLoop }
                scripts.append(path)
                if case .some = ProgramFile.attribute(of: file) { scriptsWithCapabilities.append(path) }
                // The kernel does not look it up along PATH.
                path = interpreter
                if interpreter.hasSuffix("/env") { try goThroughEnv(argument) }
                continue
            }
            guard try file.status().kind == .regular else { throw .permissionDenied }
            if image == .unknown, scripts.count < 5, ProgramFile.isText(start) {
                // What the kernel does not know, execvp(3) and shells start with sh(1).
                scripts.append(path)
                path = "/bin/sh"
                continue
            }
            return try ProgramFile(file, image, scripts: scripts, scriptsWithCapabilities)
        }
    }

    private mutating func goThroughEnv(_ argument: ByteString) throws(Errno) {
        _ = try FileStatus(of: path)
        guard let command = EnvCommand(argument: argument) else {
            path += " " + argument
            throw .invalidArgument
        }
        do throws(Errno) { path = try place(of: command.program, along: command.searchPath ?? searchPath) } catch {
            let isDivided = argument.hasPrefix("-") || !argument.bytes.contains(0x20)
            path = isDivided ? command.program : path + " " + argument
            throw isDivided ? error : .invalidArgument
        }
    }

    /// The file that execvp(3) executes: the first along `searchPath` that may be executed; if none may, the first.
    private func place(of name: ByteString, along searchPath: ByteString) throws(Errno) -> ByteString {
        if name.bytes.contains(UInt8(ascii: "/")) { return name }
        let files = searchPath.split(on: UInt8(ascii: ":")).map { ($0.isEmpty ? "." : $0) + "/" + name }
            .filter { (try? FileStatus(of: $0))?.kind == .regular }
        guard let place = files.first(where: mayExecute) ?? files.first else { throw .noSuchFile }
        return place
    }

    private func mayExecute(_ path: ByteString) -> Bool {
        let isAllowed = { accessError(.execute, to: path) == nil }
        guard let starter else { return isAllowed() }
        return asUser(starter.user, starter.groups, isAllowed) ?? isAllowed()
    }
}

extension ProgramFile {
    /// Examines `program`, and follows scripts to the program that actually runs.
    /// - Parameters:
    ///   - program: a path, or a name that is looked up along PATH.
    ///   - searchPath: the value of PATH.
    ///   - starter: who starts it; nil for the real user of this process.
    package init(
        _ program: ByteString,
        searchPath: ByteString,
        startedBy starter: ProcessCredentials? = nil
    ) throws(ProgramError) {
        var search = ProgramSearch(for: program, along: searchPath, startedBy: starter)
        do throws(Errno) { self = try search.program() } catch {
            throw ProgramError(path: search.path, error: error, script: search.scripts.last)
        }
    }
}
