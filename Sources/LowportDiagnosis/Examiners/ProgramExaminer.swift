// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// Whether the user may execute the program, and what runs it if it is a script.
struct ProgramExaminer: Examiner {
    static let role = Role.circumstance

    /// A file that the user may not execute.
    struct ExecutionError: Hashable {
        /// What prevents the execution.
        enum Cause: Hashable {
            /// The file itself.
            case file
            /// This directory on the way to the file may not be searched.
            case directory(ByteString)
            /// The file system of the file is mounted with `noexec` (mount(8)).
            case mount
            /// The file is the interpreter of this script, and is not there.
            case interpreter(of: ByteString)
            /// The file is a script, which its interpreter could not read.
            case script
            /// The file is neither a script nor a program.
            case format
        }

        var path: ByteString
        var error: Errno
        var cause = Cause.file
    }

    /// The first file that the user may not execute; nil if the user may execute all.
    var refusal: ExecutionError?

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let refusal else { return Self.missingLibraries(context) }
        let reason: ByteString =
            switch refusal.cause {
            case .file: refusal.error.sentence
            case .directory(let directory): "\(directory) may not be searched"
            case .mount: "it lies on a file system that is mounted noexec"
            case .script: "it is a script, which whoever starts it has to read"
            case .format: "it is neither a script nor a program"
            case .interpreter(let script) where refusal.path.hasSuffix("\r"):
                "the first line of \(script) ends with a carriage return, as files of Windows do"
            case .interpreter where refusal.error == .noSuchFile: "there is no such file"
            case .interpreter where refusal.error == .invalidArgument:
                refusal.path.bytes.contains(0x20)
                    ? "env divides what follows it into words only with -S" : "it starts no program"
            case .interpreter: refusal.error.sentence
            }
        switch refusal.cause {
        case .interpreter(let script):
            let text: ByteString = "\(script) cannot be started, since its interpreter is \(refusal.path): \(reason)"
            return [Finding(.program, .blocks, text)]
        case .format: return [Finding(.program, .blocks, "\(refusal.path) cannot be started: \(reason)")]
        default:
            return [Finding(.program, .blocks, "\(refusal.path) may not be executed by \(context.user): \(reason)")]
        }
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard let refusal else {
            guard let program = context.program, !Self.missingLibraries(context).isEmpty else { return [] }
            return [Self.remedy(forLibrariesOf: program)]
        }
        if case .interpreter(let script) = refusal.cause { return Self.remedies(for: script, refusal) }
        guard refusal.error == .permissionDenied else { return [] }
        switch refusal.cause {
        case .file:
            let effect: ByteString = "lets everybody start it" + (context.program?.warning ?? "")
            let advice = AccessObstacle(.execute, to: refusal.path, context.request)?.advice(refusal.path, context.user)
            return [advice.map { Remedy(.unblock, advice: $0) } ?? Remedy(.unblock, Self.chmod(refusal.path), effect)]
        case .directory(let directory):
            return [Remedy(.unblock, Self.chmod(directory), "lets everybody look up names in the directory")]
        case .script:
            let command = ShellCommand(["sudo", "chmod", "a+rx", ShellCommand.operand(refusal.path)])
            return [Remedy(.unblock, command, "lets everybody read and start it")]
        case .format, .interpreter: return []
        case .mount:
            let mount = ShellCommand(["findmnt", "-no", "TARGET", "-T", ShellCommand.operand(refusal.path)])
            return [
                Remedy(
                    .unblock,
                    mount.map { ("sudo mount -o remount,exec" as ShellCommand).applied(toOutputOf: $0) },
                    "lets programs on that file system be started; what stands in the brackets names it"
                )
            ]
        }
    }

    private static func missingLibraries(_ context: BindContext) -> [Finding] {
        guard !context.process.isRunning, let program = context.program else { return [] }
        if !program.absentLibraries.isEmpty {
            let names = ByteString(joining: program.absentLibraries, with: ", ")
            return [
                Finding(.program, .blocks, "\(program.path) cannot be started: the loader does not find \(names)")
            ]
        }
        guard program.isWithoutLibraries(startedBy: context.process.credentials) else { return [] }
        let names = ByteString(joining: program.missingLibraries, with: ", ")
        let text: ByteString =
            "\(program.path) cannot be started: as its file gives it privileges, the loader ignores $ORIGIN and LD_LIBRARY_PATH, and does not find \(names)"
        return [Finding(.program, .blocks, text)]
    }

    private static func remedy(forLibrariesOf program: ProgramFile) -> Remedy {
        let file = ShellCommand.operand(program.path)
        if let place = program.closedPlace {
            let command = ShellCommand(["sudo", "chmod", "a+rX", ShellCommand.operand(place)])
            return Remedy(.unblock, command, "lets everybody use the library")
        }
        if let name = program.absentLibraries.first {
            return Remedy(.unblock, advice: "install \(name) where the loader looks for it (ld.so(8))")
        }
        if program.seenCapabilities == nil {
            let command = ShellCommand(["sudo", "chmod", "ug-s", file])
            return Remedy(.unblock, command, "lets it start, as whoever starts it")
        }
        let command = ShellCommand(["sudo", "setcap", "-r", file])
        return Remedy(.unblock, command, "lets it start, without capabilities of its own")
    }

    private static func remedies(for script: ByteString, _ refusal: ExecutionError) -> [Remedy] {
        func edit(_ expression: ByteString) -> ShellCommand? {
            ShellCommand(["sudo", "sed", "-i", expression, ShellCommand.operand(script)])
        }
        if refusal.path.hasSuffix("\r") {
            return [Remedy(.unblock, edit("s/\\r$//"), "removes the carriage returns from the script")]
        }
        if refusal.error == .invalidArgument, refusal.path.bytes.contains(0x20) {
            return [
                Remedy(.unblock, edit("1s/env /env -S /"), "has env divide the first line of the script into words")
            ]
        }
        let isMissing = refusal.error == .noSuchFile
        let way: ByteString = isMissing ? "install \(refusal.path), or correct" : "correct"
        return [Remedy(.unblock, advice: "\(way) the first line of \(script)")]
    }

    private static func chmod(_ path: ByteString) -> ShellCommand? {
        ShellCommand(["sudo", "chmod", "a+x", ShellCommand.operand(path)])
    }
}

extension ProgramExaminer {
    init(lookingAt context: BindContext) {
        guard !context.process.isRunning else { return }
        if let error = context.programError {
            // Of the others, the name alone is known.
            if error.error == .permissionDenied {
                refusal = context.request.asRequester { Self.refusal(toExecute: error.path) } ?? nil
            }
            refusal = refusal ?? Self.refusal(error)
        }
        guard let program = context.program else { return }
        let paths = program.scripts + [program.path]
        refusal = context.request.asRequester { paths.lazy.compactMap { Self.refusal(toExecute: $0) }.first } ?? nil
        guard refusal == nil else { return }
        refusal =
            context.request.asRequester { program.scripts.lazy.compactMap { Self.refusal(toRead: $0) }.first } ?? nil
        if refusal == nil, let loader = SecureStart.missingInterpreter(ofProgramAt: program.path) {
            refusal = ExecutionError(path: loader, error: .noSuchFile, cause: .interpreter(of: program.path))
        }
        if refusal == nil, program.image == .unknown, program.isReadable {
            refusal = ExecutionError(path: program.path, error: .notExecutable, cause: .format)
        }
    }

    private static func refusal(_ error: ProgramError) -> ExecutionError {
        if let script = error.script {
            return ExecutionError(path: error.path, error: error.error, cause: .interpreter(of: script))
        }
        let isOfOtherKind = (try? FileStatus(of: error.path)).map { $0.kind != .regular } ?? false
        return ExecutionError(path: error.path, error: error.error, cause: isOfOtherKind ? .format : .file)
    }

    private static func refusal(toRead script: ByteString) -> ExecutionError? {
        accessError(.read, to: script).map { ExecutionError(path: script, error: $0, cause: .script) }
    }

    private static func refusal(toExecute path: ByteString) -> ExecutionError? {
        guard let error = accessError(.execute, to: path) else { return nil }
        guard error == .permissionDenied else { return ExecutionError(path: path, error: error) }
        if let directory = unsearchableDirectory(above: path) {
            return ExecutionError(path: path, error: error, cause: .directory(directory))
        }
        let fileSystem = try? FileDescriptor.open(path, .pathOnly).fileSystem()
        return ExecutionError(path: path, error: error, cause: fileSystem?.forbidsExecution == true ? .mount : .file)
    }
}
