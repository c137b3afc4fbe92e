// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// A requested bind, and what more than one examiner needs to know about it.
///
/// What only one examiner needs to know, that examiner looks up itself.
struct BindContext: Sendable {
    /// The requester, and the address and port to bind.
    var request: BindRequest
    /// The names of the user.
    var requester: Requester
    var process: BindingProcess
    /// The program, if one was named; for a running process, the program that it was started from.
    var program: ProgramFile?
    /// Why the program, which was named, could not be examined.
    var programError: ProgramError?
    /// The program as the user typed it.
    var programName: ByteString?
    /// The arguments of the program as the user typed them.
    var arguments: [ByteString] = []
    /// The answer of the policy.
    var policy: KnownPolicy
    /// The state of the kernel engine for the process.
    var kernel = KernelEngineState.off
    /// The error of every bind of the port, which comes before checks of addresses and privileges (Landlock, seccomp).
    var sandboxError: Errno?
    /// The service whose program binds, if it was named.
    var unit: ServiceUnit?
}

/// The names of a user.
struct Requester: Hashable, Sendable {
    /// The name, if there is one.
    var name: ByteString?
    /// The user outside of the user namespace of this process; nil if that namespace is the machine's own.
    var outerUser: UserID?
    /// Whether the user has no number in the user namespace of this process, so that nobody knows who it is.
    var isUnmapped = false
    /// Whether the user exists only while the service runs (`DynamicUser=`), so that no rule can name it.
    var isTransient = false
}

// MARK: - Words

extension BindContext {
    /// `user web`, `uid 1234`, `process 77 of user web`, `site.service of user web`.
    var who: ByteString {
        if let unit { return "\(unit.name.text) of \(user)" }
        return process.identifier.map { "process \($0) of \(user)" } ?? user
    }

    /// `user web`, `uid 1234`.
    var user: ByteString { requester.name.map { "user \($0)" } ?? "uid \(request.user)" }

    /// `tcp 80`, `udp 53 on [::1]`: a colon may follow.
    var what: ByteString {
        let address = "\(request.address)" as ByteString
        let isIPv6 = address.bytes.contains(UInt8(ascii: ":"))
        let place: ByteString = request.address == .v4(.any) ? "" : isIPv6 ? " on [\(address)]" : " on \(address)"
        return "\(transportName) \(request.port)\(place)"
    }

    /// `tcp`, or `port` if the rules have no name for the protocol.
    var transportName: ByteString { request.transport.isWord ? request.transport.name : "port" }

    // MARK: - Commands

    /// The command that runs the program under Lowport; nil if the name of the program cannot be typed.
    func run(_ options: [ByteString] = []) -> ShellCommand? {
        ShellCommand(["lowport", "run"] + options + typedProgram)
    }

    /// The words to type for the program and its arguments.
    var typedProgram: [ByteString] {
        let name = (process.isRunning ? program?.path : programName) ?? "PROGRAM"
        let rest = process.isRunning ? [] : arguments
        if !name.hasPrefix("-") { return [name] + rest }
        // A program that is looked up along PATH has no other name.
        return (name.bytes.contains(UInt8(ascii: "/")) ? [ShellCommand.operand(name)] : ["--", name]) + rest
    }

    /// The command with `sudo` that starts the program as the user with CAP_NET_BIND_SERVICE.
    var ambientStart: ShellCommand? {
        ShellCommand(
            ["sudo", "lowport", "run", "--via", "ambient", "--user", requester.name ?? "\(request.user)"] + typedProgram
        )
    }
}
