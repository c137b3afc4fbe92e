// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

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
        }

        var path: ByteString
        var error: Errno
        var cause = Cause.file
    }

    /// The first file that the user may not execute; nil if the user may execute all.
    var refusal: ExecutionError?

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let refusal else { return [] }
        let reason: ByteString =
            switch refusal.cause {
            case .file: refusal.error.sentence
            case .directory(let directory): "\(directory) may not be searched"
            case .mount: "it lies on a file system that is mounted noexec"
            }
        return [Finding(.program, .blocks, "\(refusal.path) may not be executed by \(context.user): \(reason)")]
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard let refusal, refusal.error == .permissionDenied else { return [] }
        switch refusal.cause {
        case .file:
            let effect: ByteString = "lets everybody start it" + (context.program?.warning ?? "")
            return [Remedy(.unblock, Self.chmod(refusal.path), effect)]
        case .directory(let directory):
            return [Remedy(.unblock, Self.chmod(directory), "lets everybody look up names in the directory")]
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

    private static func chmod(_ path: ByteString) -> ShellCommand? {
        ShellCommand(["sudo", "chmod", "a+x", ShellCommand.operand(path)])
    }
}

extension ProgramExaminer {
    init(lookingAt context: BindContext) {
        guard !context.process.isRunning, let program = context.program else { return }
        let paths = program.scripts + [program.path]
        refusal = context.request.asRequester { paths.lazy.compactMap { Self.refusal(toExecute: $0) }.first } ?? nil
    }

    private static func refusal(toExecute path: ByteString) -> ExecutionError? {
        guard let error = accessError(.execute, to: path) else { return nil }
        guard error == .permissionDenied else { return ExecutionError(path: path, error: error) }
        for directory in directories(above: path) where accessError(.execute, to: directory) == .permissionDenied {
            return ExecutionError(path: path, error: error, cause: .directory(directory))
        }
        let fileSystem = try? FileDescriptor.open(path, .pathOnly).fileSystem()
        return ExecutionError(path: path, error: error, cause: fileSystem?.forbidsExecution == true ? .mount : .file)
    }

    /// The directories on the way to `path`, the root of the file system first.
    private static func directories(above path: ByteString) -> [ByteString] {
        let separator = UInt8(ascii: "/")
        var whole = path
        if !path.hasPrefix("/"), let start = try? readLink("/proc/self/cwd") { whole = start + "/" + path }
        return whole.bytes.indices.filter { whole.bytes[$0] == separator }
            .map { $0 == 0 ? "/" : ByteString(whole.bytes[..<$0]) }
    }
}
