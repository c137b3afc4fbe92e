// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// Who wants to bind what, and what more than one examiner needs to know about that.
///
/// What one examiner alone needs to know, it looks up by itself.
struct BindContext: Sendable {
    /// Who wants to bind what.
    var request: BindRequest
    /// What the user is called.
    var requester: Requester
    /// The process.
    var process: BindingProcess
    /// The program, if one was named; of a process that runs, the one that it was started from.
    var program: ProgramFile?
    /// What the user typed for the program.
    var programName: ByteString?
    /// What the policy says.
    var policy: KnownPolicy
    /// What the kernel engine has to do with the process.
    var kernel = KernelEngineState.off
    /// The error of every bind of the port, before it comes to addresses and privileges (Landlock, seccomp).
    var sandboxError: Errno?
}

/// What a user is called.
struct Requester: Hashable, Sendable {
    /// The name, if there is one.
    var name: ByteString?
    /// Who the user is outside of the user namespace of this process; nil if that is the machine's own.
    var outerUser: UserID?
}

// MARK: - Words

extension BindContext {
    /// `user web`, `uid 1234`, `process 77 of user web`.
    var who: ByteString { process.identifier.map { "process \($0) of \(user)" } ?? user }

    /// `user web`, `uid 1234`.
    var user: ByteString { requester.name.map { "user \($0)" } ?? "uid \(request.user)" }

    /// `tcp 80`, `udp 53 on ::1`.
    var what: ByteString {
        let place: ByteString = request.address == .v4(.any) ? "" : " on \(request.address)"
        return "\(transportName) \(request.port)\(place)"
    }

    /// `tcp`, or `port` if the protocol has no name that rules know.
    var transportName: ByteString { request.transport.isWord ? request.transport.name : "port" }

    // MARK: - Commands

    /// What starts the program by way of Lowport; nil if its name cannot be typed.
    func run(_ options: [ByteString] = []) -> ShellCommand? {
        ShellCommand(["lowport", "run"] + options + typedProgram)
    }

    /// What is to be typed for the program.
    var typedProgram: [ByteString] {
        let name = (process.isRunning ? program?.path : programName) ?? "PROGRAM"
        if !name.hasPrefix("-") { return [name] }
        // One that is looked for along PATH has no other name.
        return name.bytes.contains(UInt8(ascii: "/")) ? [ShellCommand.operand(name)] : ["--", name]
    }

    /// What `sudo` is told to start the program as the user with CAP_NET_BIND_SERVICE.
    var ambientStart: ShellCommand? {
        ShellCommand(
            ["sudo", "lowport", "run", "--via", "ambient", "--user", requester.name ?? "\(request.user)"] + typedProgram
        )
    }
}
