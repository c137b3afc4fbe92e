// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux

/// Why the kernel did not execute a program: what lies behind the error of execve(2), as far as the file tells it.
struct StartFailure {
    /// The reason, as a sentence without a full stop.
    let sentence: ByteString
    /// What would help.
    let hint: ByteString?

    /// Looks at the file of `program`, a path or a name in PATH.
    init(_ program: ByteString, _ error: Errno) {
        let hasPath = program.bytes.contains(UInt8(ascii: "/"))
        guard hasPath, let status = try? FileStatus(of: program) else {
            // A name that is a file of the working directory, which is not searched.
            let isHere = !hasPath && error == .noSuchFile && (try? FileStatus(of: program))?.kind == .regular
            self.init(error.sentence, hint: isHere ? "a file of this directory is ./\(program)" : nil)
            return
        }
        if status.kind == .directory {
            self.init("it is a directory")
        } else if error == .permissionDenied, (try? checkAccess(.execute, to: program)) == nil, status.kind == .regular
        {
            let command = ShellCommand(["chmod", "+x", ShellCommand.operand(program)])
            self.init("the file is not executable", hint: command.map { $0.text })
        } else if error == .noSuchFile {
            let file = try? FileDescriptor.open(program, [.readOnly, .nonBlocking])
            let start = try? file?.read(upTo: ProgramImage.prefixLength)
            if let start, case .script(let interpreter, _) = ProgramImage(start) {
                self.init("its interpreter \(interpreter) does not exist")
            } else {
                self.init("the loader or the interpreter that it names does not exist")
            }
        } else {
            self.init(error.sentence)
        }
    }

    private init(_ sentence: ByteString, hint: ByteString? = nil) { (self.sentence, self.hint) = (sentence, hint) }
}
