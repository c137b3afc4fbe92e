// SPDX-License-Identifier: Apache-2.0
internal import BindBroker
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
        let policy = PolicySurvey(request)
        let network = NetworkSurvey(of: processNumber, transport, address, port, isDualStack: request.isDualStack)
        let program = try programFile()
        var surroundings = network.surroundings
        if case .starting = process, let program {
            let path = program.scripts.first ?? program.path
            surroundings.executionError = policy.asRequester { Self.executionError(of: path) } ?? nil
        }
        if case .caller = subject {
            surroundings.isSupervised = RunningReach(of: CurrentProcess.identifier, status) == .broker
        }
        // The broker would answer for the kernel.
        if !surroundings.isSupervised { surroundings.sandboxError = sandboxError(threshold: network.threshold) }
        if case .caller = subject { surroundings.outerUser = Namespaces.outerUser(of: status.user) }
        if let scope = Yama.scope, !Yama.allowsSupervision(scope: scope, isRoot: status.user == .root) {
            surroundings.brokerObstacle = scope
        }
        var situation = Situation(
            request: request,
            userName: userName ?? Accounts.name(of: status.user),
            threshold: network.threshold,
            process: process,
            program: program,
            programName: self.program,
            decision: policy.decision,
            rules: policy.rules,
            deadFiles: policy.deadFiles,
            now: policy.now,
            isTreeKnown: policy.isTreeKnown,
            occupants: network.occupants,
            surroundings: surroundings,
            isHelperReady: isHelperReady()
        )
        situation.replacement = replacement()
        situation.kernel = .current(for: processNumber)
        return situation
    }

    // MARK: - Parts

    private var processNumber: Int32? {
        if case .process(let identifier) = subject { return identifier }
        return nil
    }

    private func who() throws(Failure) -> (Situation.Process, ByteString?) {
        switch subject {
        case .process(let identifier):
            do throws(Errno) {
                let status = try ProcessCredentials(of: identifier)
                return (.running(identifier, status, RunningReach(of: identifier, status)), nil)
            } catch { throw .process(identifier, error) }
        case .caller:
            do throws(Errno) { return (.starting(try ProcessCredentials(of: CurrentProcess.identifier)), nil) } catch {
                throw .process(CurrentProcess.identifier, error)
            }
        case .user(let name):
            let number = Digits.number(name, upTo: UInt64(UInt32.max)).map { UserID(rawValue: UInt32($0)) }
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
        let searchPath = Environment.value(of: "PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        if let processNumber {
            // The file that was started, even if another has taken its place; not everybody may look at it.
            guard var file = try? ProgramFile("/proc/\(processNumber)/exe", searchPath: "") else { return nil }
            if file.path.hasSuffix(Self.deleted) {
                file.path = ByteString(file.path.bytes.dropLast(Self.deleted.count))
            }
            return file
        }
        guard let program else { return nil }
        do throws(Errno) { return try ProgramFile(program, searchPath: searchPath) } catch {
            throw .program(program, error)
        }
    }

    /// What the kernel puts behind the name of a file that is no longer there.
    private static let deleted: ByteString = " (deleted)"

    private func replacement() -> ProgramFile? {
        guard let processNumber, let path = try? readLink("/proc/\(processNumber)/exe"), path.hasSuffix(Self.deleted)
        else { return nil }
        return try? ProgramFile(ByteString(path.bytes.dropLast(Self.deleted.count)), searchPath: "")
    }

    private static func executionError(of path: ByteString) -> Errno? {
        do throws(Errno) {
            try checkAccess(.execute, to: path)
            return nil
        } catch { return error }
    }

    /// Tries to bind an address that no machine has: nothing is bound, and what Landlock or a filter says comes first.
    private func sandboxError(threshold: UInt32) -> Errno? {
        guard case .caller = subject, threshold > UInt32(port.rawValue) else { return nil }
        if Self.text(of: "/proc/sys/net/ipv4/ip_nonlocal_bind") != "0" { return nil }
        do throws(Errno) {
            let socket = try FileDescriptor.socket(.v4, transport)
            try socket.bind(to: SocketAddress(.v4(IPv4Address(rawValue: 0xF000_0001)), port))
            return nil
        } catch { return error == .permissionDenied || error == .notPermitted ? error : nil }
    }

    /// What a file of the kernel holds, without the newline; nothing if there is none.
    static func text(of path: ByteString) -> String {
        let bytes = (try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64)) ?? []
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
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
