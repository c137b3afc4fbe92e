// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLaunch
internal import LowportLinux

/// Prepares this process according to the options, and executes the program.
struct Launcher {
    let options: RunOptions

    /// Why the program cannot be started.
    struct LaunchError: Error {
        let message: ByteString
        var hint: ByteString?
    }

    /// Starts the program; returns only on failure, with the exit status.
    func start() -> Int32 {
        do throws(LaunchError) {
            if CurrentProcess.isSecureExecution {
                throw LaunchError(message: "must not be installed set-user-ID, set-group-ID or with file capabilities")
            }
            try prepare()
        } catch {
            printError(error.message)
            printHint(error.hint)
            return options.authbindLevels == nil ? 125 : 255
        }
        let program = options.command[0]
        do throws(Errno) {
            try become(program)
        } catch {
            if options.authbindLevels != nil {
                // The message has authbind's wording.
                try? InheritedDescriptor.standardError.show("\(program): \(error.message)\n")
                return 255
            }
            let failure = StartFailure(program, error)
            printError("cannot run \(program): \(failure.sentence)")
            printHint(failure.hint)
            return error == .noSuchFile ? 127 : 126
        }
    }

    /// Becomes the program, as execvp(3) of the GNU C library does, whatever C library this is linked with: without PATH
    /// it looks in /bin and /usr/bin, and a file that is not a program is a script of sh.
    private func become(_ program: ByteString) throws(Errno) -> Never {
        do throws(Errno) {
            if Environment.value(of: "PATH") == nil, let found = Target(program: program)?.path {
                try execute(fileAt: found, arguments: options.command)
            }
            try execute(program, arguments: options.command)
        } catch {
            guard error == .notExecutable, let script = Target(program: program)?.path else { throw error }
            try execute(fileAt: "/bin/sh", arguments: ["/bin/sh", script] + options.command.dropFirst())
        }
    }

    private func prepare() throws(LaunchError) {
        if !options.sockets.isEmpty {
            try handOverSockets()
            if options.via == nil { return }
        }
        switch options.via ?? .auto {
        case .ambient: try becomeUser()
        case .kernel: try kernel()
        case .preload:
            try preload("it was requested")
            if options.isVerbose, let obstacle = HelperObstacle(toStarting: try helper()) { complain(obstacle) }
        case .broker:
            let helper = try helper()
            do throws(Broker.StartError) { try broker(helper, "it was requested") } catch {
                throw LaunchError(message: error.sentence, hint: error.hint)
            }
        case .auto:
            if let state = EngineState.current(), state.isComplete, state.holdsHere, state.isCurrent,
                state.knowsThisProcess
            {
                return explain("kernel", "the kernel enforces the whole policy")
            }
            try choose(Target(program: options.command[0]))
        }
    }

    /// Uses the broker or, if it cannot work, the library.
    private func choose(_ target: Target?) throws(LaunchError) {
        let choice = EngineChoice.forTree(target, mayGainPrivileges: CurrentProcess.mayGainPrivileges)
        if choice.engine == .preload {
            try preload(choice.reason)
            if options.isVerbose || !CurrentProcess.mayGainPrivileges,
                let obstacle = HelperObstacle(toStarting: try helper())
            {
                complain(obstacle)
            }
            return
        }
        let helper = try helper()
        let failure: Broker.StartError
        do throws(Broker.StartError) { return try broker(helper, choice.reason) } catch { failure = error }
        let reason: ByteString = "the broker cannot be used: \(failure.sentence)"
        try preload(reason)
        // Without these messages, the user could not tell why the program fails.
        if case .helper(let obstacle) = failure {
            complain(obstacle)
        } else if let image = target?.image, let obstacle = EngineChoice.obstacle(to: image), needsHelp {
            printError("\(options.command[0]): \(reason); nor can the library reach the program, since \(obstacle)")
            printHint(failure.hint)
        }
    }

    /// Whether the program needs a permission for some port at all.
    private var needsHelp: Bool {
        PortThreshold.currentOrStandard > 1 && (try? CapabilityState.ofCurrentThread())?.canBindAllPorts != true
    }

    /// Prints why neither engine can grant a port.
    private func complain(_ obstacle: HelperObstacle) {
        // Under the broker of another command, which has started its helper already, nothing is missing.
        guard needsHelp, !Broker.isNested else { return }
        printError("\(options.command[0]): no low port can be granted: \(obstacle.sentence)")
        printHint(obstacle.hint)
    }

    /// Verifies that the policy in the kernel applies to this process; nothing else is needed.
    private func kernel() throws(LaunchError) {
        guard let state = EngineState.current() else {
            throw LaunchError(message: "the kernel engine is not enabled: see lowport-enforce(8)")
        }
        guard state.holdsHere else {
            throw LaunchError(message: "the kernel engine is enabled for another control group or network namespace")
        }
        explain("kernel", "it was requested")
    }

    private func preload(_ reason: ByteString) throws(LaunchError) {
        guard let library = PreloadLibrary.path else { throw missing(PreloadLibrary.name) }
        explain("preload", reason)
        do throws(Errno) {
            // With authbind, keep its settings; otherwise cover everything that the program starts.
            let levels = options.authbindLevels ?? "y"
            let asked = options.authbindLevels == nil ? nil : Environment.value(of: "AUTHBIND_LIB")
            try PreloadLibrary.preload(asked ?? library, levels: levels.isEmpty ? nil : levels)
            if options.isVerbose { try Environment.set(PreloadLibrary.verboseVariable, to: "1") }
        } catch { throw LaunchError(message: "cannot change the environment: \(error.sentence)") }
    }

    private func broker(_ helper: ByteString, _ reason: ByteString) throws(Broker.StartError) {
        let isVerbose = options.isVerbose || Environment.value(of: PreloadLibrary.verboseVariable) != nil
        let notice = RefusalNotice(
            verboseOutput: isVerbose ? try? InheritedDescriptor.standardError.status() : nil
        )
        let placement = try Broker.supervise(helper: helper, placement: options.supervisor) {
            notice.tell($0, $1, $2)
        }
        explain("broker", placement == .above ? "\(reason); \(Self.reasonForStandIn)" : reason)
    }

    private static var reasonForStandIn: ByteString {
        "its supervisor has to be above it, and so it has another process number than lowport-run"
    }

    private func becomeUser() throws(LaunchError) {
        guard let name = options.user, let user = Accounts.user(named: name),
            let group = Accounts.primaryGroup(of: user)
        else { throw LaunchError(message: "no such user: \(options.user ?? "")") }
        do throws(Errno) {
            try CurrentProcess.become(user, group, name: name)
            explain("ambient", "the program is one of \(name) with CAP_NET_BIND_SERVICE")
            if let target = Target(program: options.command[0]), target.losesAmbient {
                printError(
                    "\(target.path) does not keep the ambient capability: it is set-id, or its file has capabilities, even if none are in them"
                )
            }
        } catch { throw LaunchError(message: "cannot become \(name): \(error.sentence)") }
    }

    /// Binds the sockets and passes them to the program as descriptors from 3 on, as sd_listen_fds(3) expects.
    private func handOverSockets() throws(LaunchError) {
        let helper = try helper()
        var numbers: [Int32] = []
        var names = ByteString()
        for request in options.sockets {
            do throws(Errno) {
                numbers.append(try request.open(helper: helper).release())
            } catch { throw listenError(request, error, helper) }
            names += names.isEmpty ? request.name : ":" + request.name
        }
        do throws(Errno) {
            try PassedDescriptors.pass(numbers, names: names)
        } catch { throw LaunchError(message: "cannot hand over the sockets: \(error.sentence)") }
        explain("socket", "\(names) are bound already")
    }

    private func listenError(_ request: SocketRequest, _ error: Errno, _ helper: ByteString) -> LaunchError {
        let message: ByteString = "cannot listen on \(request.name): \(error.sentence)"
        guard error == .permissionDenied || error == .notPermitted || error == .noSystemCall,
            let obstacle = HelperObstacle(toStarting: helper)
        else { return LaunchError(message: message) }
        return LaunchError(message: "\(message): \(obstacle.sentence)", hint: obstacle.hint)
    }

    private func helper() throws(LaunchError) -> ByteString {
        guard let helper = Installation.path(of: "lowport-helper") else { throw missing("lowport-helper") }
        return helper
    }

    private func missing(_ name: ByteString) -> LaunchError {
        LaunchError(message: "cannot find \(name) from \(CurrentProcess.executablePath ?? "?")")
    }

    private func explain(_ engine: ByteString, _ reason: ByteString) {
        if options.isVerbose { printError("\(options.command[0]): \(engine): \(reason)") }
    }

    private func printError(_ message: ByteString) {
        try? InheritedDescriptor.standardError.write("lowport-run: \(message.escaped)\n")
    }

    private func printHint(_ hint: ByteString?) {
        guard let hint else { return }
        try? InheritedDescriptor.standardError.write("hint: \(hint.escaped)\n")
    }
}
