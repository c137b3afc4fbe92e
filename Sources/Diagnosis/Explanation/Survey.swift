// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
public import Linux
internal import PortPolicy

/// The question, and how the situation is found out.
public struct Survey: Sendable {
    /// Whose bind it is.
    public enum Subject: Sendable {
        /// The user who asks.
        case caller
        /// Another user, by name or number, as after logging in.
        case user(ByteString)
        /// A process that runs.
        case process(Int32)
    }

    /// Why the question cannot be answered.
    public enum Failure: Error, Sendable {
        /// There is no such user.
        case noSuchUser(ByteString)
        /// There is no such process, or it may not be looked at.
        case process(Int32, Errno)
        /// There is no such program, or it may not be read.
        case program(ByteString, Errno)
    }

    /// Whose bind it is.
    public var subject: Subject
    /// The program, if one was named.
    public var program: ByteString?
    /// The protocol.
    public var transport: TransportProtocol
    /// The address.
    public var address: IPAddress
    /// Whether an IPv6 wildcard takes IPv4 as well.
    public var isDualStack: Bool
    /// The port.
    public var port: Port
    /// Where the privileged helper of this installation is.
    public var helper: ByteString?

    /// Creates a question.
    public init(
        subject: Subject,
        program: ByteString?,
        transport: TransportProtocol,
        address: IPAddress,
        isDualStack: Bool,
        port: Port,
        helper: ByteString?
    ) {
        self.subject = subject
        self.program = program
        self.transport = transport
        self.address = address
        self.isDualStack = isDualStack
        self.port = port
        self.helper = helper
    }

    /// Looks at everything, and changes nothing.
    public func situation() throws(Failure) -> Situation {
        let (process, userName) = try who()
        let status = process.status
        let request = BindRequest(
            user: status.user,
            groups: status.groups,
            transport: transport,
            address: address,
            port: port,
            isDualStack: isDualStack && address == .v6(.any)
        )
        let contents = RuleStore.system.load()
        let now = Timestamp(rawValue: WallClock.seconds)
        let isOther = status.user != CurrentProcess.realUser || status.groups.sorted() != Self.ownGroups.sorted()
        let decide = {
            Decision.decide(request, rules: contents.rules, now: now, names: SystemNames()) { request in
                .ofSystem(to: request, rulesArePresent: contents.arePresent, privilege: NoPrivilege())
            }
        }
        let asOther =
            isOther ? try? Impersonation.withRealIdentity(user: status.user, groups: status.groups, decide) : nil
        return Situation(
            request: request,
            userName: userName ?? Accounts.name(of: status.user),
            threshold: Self.threshold,
            process: process,
            program: try programFile(),
            programName: program,
            decision: asOther ?? decide(),
            rules: contents.rules,
            refusals: contents.refusals.map(\.byteString)
                + contents.files.flatMap { file in file.errors.map { "\(file.path):\($0)" } },
            now: now,
            isTreeKnown: !isOther || asOther != nil,
            occupants: occupants(),
            addressError: addressError(),
            isHelperReady: isHelperReady()
        )
    }

    // MARK: - Parts

    private static var ownGroups: [GroupID] {
        [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? [])
    }

    private func who() throws(Failure) -> (Situation.Process, ByteString?) {
        switch subject {
        case .process(let identifier):
            do throws(Errno) {
                let status = try ProcessCredentials(of: identifier)
                return (.running(identifier, status, isPreloaded: RunningProcess.isPreloaded(identifier)), nil)
            } catch { throw .process(identifier, error) }
        case .caller:
            do throws(Errno) { return (.starting(try ProcessCredentials(of: CurrentProcess.identifier)), nil) } catch {
                throw .process(CurrentProcess.identifier, error)
            }
        case .user(let name):
            let number = UInt32(name.description).map { UserID(rawValue: $0) }
            guard let user = Accounts.user(named: name) ?? number else { throw .noSuchUser(name) }
            let groups = Accounts.name(of: user).map { Accounts.groups(ofUser: $0) } ?? []
            // What a log-in gives; the limits of this process do not hold for somebody else's session.
            return (
                .starting(
                    ProcessCredentials(
                        user: user,
                        groups: groups,
                        effective: user == .root ? CapabilitySet(rawValue: .max) : []
                    )
                ), nil
            )
        }
    }

    private func programFile() throws(Failure) -> ProgramFile? {
        var name = program
        if name == nil, case .process(let identifier) = subject { name = try? readLink("/proc/\(identifier)/exe") }
        guard let name else { return nil }
        do throws(Errno) {
            return try ProgramFile(name, searchPath: Environment.value(of: "PATH") ?? "/usr/local/bin:/usr/bin:/bin")
        } catch { throw .program(name, error) }
    }

    private static var threshold: Port {
        let path: ByteString = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
        let text = (try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64)) ?? []
        let number = UInt16(String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self))
        return Port(rawValue: number ?? 1024)
    }

    private func occupants() -> [Situation.Occupant] {
        var folder: ByteString = "/proc/self/net"
        if case .process(let identifier) = subject { folder = "/proc/\(identifier)/net" }
        let names: [ByteString] = transport == .udp ? ["udp", "udp6"] : ["tcp", "tcp6"]
        return names.flatMap { name -> [BoundSocket] in
            let text = try? FileDescriptor.open("\(folder)/\(name)", .readOnly).readToEnd(limit: 64 << 20)
            return BoundSocket.table(text ?? [], transport: transport)
        }
        .filter { $0.occupies(address, port) }
        .map { Situation.Occupant($0, processes: RunningProcess.owning(socket: $0.inode)) }
    }

    /// Tries the address at a port of the kernel's choosing.
    private func addressError() -> Errno? {
        let family: InternetFamily = if case .v4 = address { .v4 } else { .v6 }
        do throws(Errno) {
            let socket = try FileDescriptor.socket(family, transport)
            try socket.bind(to: SocketAddress(address, Port(rawValue: 0)))
            return nil
        } catch { return error }
    }

    private func isHelperReady() -> Bool {
        guard let helper, let file = try? ProgramFile(helper, searchPath: ""), !file.isOnNosuidMount else {
            return false
        }
        if file.mode.rawValue & 0o4000 != 0, file.owner == .root { return true }
        if case .some(let capabilities) = file.attribute { return capabilities.permitted.contains(.netBindService) }
        return false
    }
}
