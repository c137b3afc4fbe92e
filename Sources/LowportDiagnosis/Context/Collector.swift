// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy

/// Collects what several examiners need to know, without changing anything.
struct Collector {
    private let question: BindQuestion

    init(_ question: BindQuestion) { self.question = question }

    /// The context of the question.
    func context() throws(BindQuestion.ResolutionError) -> BindContext {
        let unit = try unit()
        let process = try process(unit)
        let user = process.credentials.user
        let (program, programError) = try program(unit, startedBy: process.credentials)
        let request = BindRequest(
            user: user,
            groups: process.credentials.groups,
            transport: question.transport,
            address: question.address ?? .v4(.any),
            port: question.port,
            isDualStack: question.isDualStack && question.address == .v6(.any),
            program: identity(of: program)
        )
        return BindContext(
            request: request,
            requester: Requester(
                name: unit.flatMap { $0.isUserTransient ? $0.user : nil } ?? Accounts.name(of: user),
                outerUser: isCaller ? Namespaces.outerUser(of: user) : nil,
                isUnmapped: isCaller && !Namespaces.knows(user),
                isTransient: unit?.isUserTransient ?? false
            ),
            process: process,
            program: program,
            programError: programError,
            programName: question.program ?? unit?.program,
            arguments: question.arguments,
            policy: KnownPolicy(to: request),
            kernel: unit.map { .current(for: $0) } ?? .current(for: process.identifier),
            // Nothing is known about other processes, and the broker would answer instead of the kernel.
            sandboxError: isCaller && !process.isUnderBroker ? SandboxProbe.error(of: request) : nil,
            unit: unit
        )
    }

    private var isCaller: Bool { if case .caller = question.requester { true } else { false } }

    private func unit() throws(BindQuestion.ResolutionError) -> ServiceUnit? {
        if case .unit(let name) = question.requester { return try UnitReader.service(name) }
        return nil
    }

    // MARK: - The process

    private func process(_ unit: ServiceUnit?) throws(BindQuestion.ResolutionError) -> BindingProcess {
        var process: BindingProcess
        switch question.requester {
        case .process(let identifier):
            let credentials = try Self.credentials(of: identifier)
            process = BindingProcess(identifier: identifier, credentials: credentials)
            process.delivery = ProcessDelivery(of: identifier, credentials)
        case .caller:
            guard let own = ProcFileSystem.ownIdentifier else { throw .noProc }
            process = BindingProcess(credentials: try Self.credentials(of: own))
            process.credentials.isRootOrdinary = (try? SecureBits.ofCurrentThread())?.contains(.noRoot) == true
            // Programs that this process starts are under the same supervisor, while the library is in this process
            // only.
            if ProcessDelivery(of: own, process.credentials) == .broker { process.delivery = .broker }
            if question.isOwn, !process.isUnderBroker { process.delivery = .own }
        case .user(let name):
            process = BindingProcess(credentials: try Self.credentials(ofUser: name))
        case .unit: process = BindingProcess(credentials: try Self.credentials(of: unit))
        }
        if let count = try? Namespaces.capabilitiesCount(inNetworkOf: process.directory) {
            process.doCapabilitiesCount = count
        }
        if unit?.userNamespace != nil { process.doCapabilitiesCount = false }
        return process
    }

    private static func credentials(of identifier: Int32) throws(BindQuestion.ResolutionError) -> ProcessCredentials {
        do throws(Errno) { return try ProcessCredentials(of: identifier) } catch { throw .process(identifier, error) }
    }

    /// The credentials after a login; the limits of this process do not apply to the session of another user.
    private static func credentials(ofUser name: ByteString) throws(BindQuestion.ResolutionError) -> ProcessCredentials
    {
        let number = Digits.number(name, upTo: UInt64(UInt32.max)).map { UserID(rawValue: UInt32($0)) }
        guard let user = Accounts.user(named: name) ?? number else { throw .noSuchUser(name) }
        return ProcessCredentials(
            user: user,
            groups: Accounts.name(of: user).map { Accounts.groups(ofUser: $0) } ?? [],
            effective: user == .root ? CapabilitySet(rawValue: .max) : []
        )
    }

    /// The credentials that systemd gives the program of `unit`.
    private static func credentials(of unit: ServiceUnit?) throws(BindQuestion.ResolutionError) -> ProcessCredentials {
        guard let unit else { throw .noProc }
        let identity: (user: UserID, groups: [GroupID])
        do throws(UnitSettings.FileError) { identity = try unit.identity() } catch { throw .invalidUnit(error.text) }
        return unit.credentials(user: identity.user, groups: identity.groups)
    }

    // MARK: - The program

    /// The file that the process executes; of a running process, also if its name is gone.
    private func identity(of program: ProgramFile?) -> FileIdentity? {
        if question.isOwn { return (try? FileStatus(of: "/proc/self/exe"))?.identity }
        if case .process(let identifier) = question.requester {
            return (try? FileStatus(of: "/proc/\(identifier)/exe"))?.identity
        }
        return program.flatMap { try? FileStatus(of: $0.path) }?.identity
    }

    private func program(
        _ unit: ServiceUnit?,
        startedBy starter: ProcessCredentials
    ) throws(BindQuestion.ResolutionError) -> (ProgramFile?, ProgramError?) {
        // The file that was started, even if another has replaced it; not every user may examine that file.
        if case .process(let identifier) = question.requester { return (ProgramFile(runBy: identifier), nil) }
        guard let program = question.program ?? unit?.program else { return (nil, nil) }
        let searchPath =
            unit == nil
            ? Environment.value(of: "PATH") ?? "/usr/local/bin:/usr/bin:/bin" : ServiceUnit.searchPath
        do throws(ProgramError) {
            var file = try ProgramFile(program, searchPath: searchPath, startedBy: starter)
            // What the environment of a service will be is not known.
            let mode = isCaller ? LibrarySearch.Mode.own : unit == nil ? .bare : nil
            file.lookForLibraries(as: file.started(by: starter).user, starter.groups, mode)
            return (file, nil)
        } catch {
            // What the user may not look at, the user cannot start either; what root may not look at, nobody knows.
            if error.script != nil || error.error == .permissionDenied { return (nil, error) }
            throw .program(program, error.error)
        }
    }
}
