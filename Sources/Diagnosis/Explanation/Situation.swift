// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// Everything that the answer to "may this program bind that port?" depends on, as it was found.
public struct Situation: Sendable {
    /// Somebody who has the port already.
    public struct Occupant: Hashable, Sendable {
        /// Their socket.
        public var socket: BoundSocket
        /// The processes that have it, as far as the asking user may see them.
        public var processes: [RunningProcess]

        /// Creates an occupant.
        public init(_ socket: BoundSocket, processes: [RunningProcess] = []) {
            self.socket = socket
            self.processes = processes
        }
    }

    /// What a program is started from, or what it is already.
    public enum Process: Hashable, Sendable {
        /// It is to be started by a process with this status.
        case starting(ProcessCredentials)
        /// It runs, has this number, this status, and perhaps the library of Lowport or authbind in it.
        case running(Int32, ProcessCredentials, isPreloaded: Bool)

        var status: ProcessCredentials {
            switch self {
            case .starting(let status), .running(_, let status, _): status
            }
        }
    }

    /// Who wants to bind what.
    public var request: BindRequest
    /// The name of the user, if there is one.
    public var userName: ByteString?
    /// The first port that needs no privilege (`net.ipv4.ip_unprivileged_port_start`, ip(7)).
    public var threshold: Port
    /// The process.
    public var process: Process
    /// The program, if one was named.
    public var program: ProgramFile?
    /// What was typed for it.
    public var programName: ByteString?
    /// What the policy says.
    public var decision: Decision
    /// The rules that the policy was read from.
    public var rules: RuleSet
    /// The rules files that do not count.
    public var refusals: [ByteString]
    /// The time of asking.
    public var now: Timestamp
    /// Whether the authbind tree was asked as the user in question, which only root can do for others.
    public var isTreeKnown: Bool
    /// Who has the port already.
    public var occupants: [Occupant]
    /// Why the address cannot be bound at all on this machine, at any port.
    public var addressError: Errno?
    /// Whether the helper of this installation is there and has its privilege.
    public var isHelperReady: Bool

    /// Creates a situation.
    public init(
        request: BindRequest,
        userName: ByteString?,
        threshold: Port,
        process: Process,
        program: ProgramFile?,
        programName: ByteString?,
        decision: Decision,
        rules: RuleSet,
        refusals: [ByteString] = [],
        now: Timestamp,
        isTreeKnown: Bool = true,
        occupants: [Occupant] = [],
        addressError: Errno? = nil,
        isHelperReady: Bool = true
    ) {
        self.request = request
        self.userName = userName
        self.threshold = threshold
        self.process = process
        self.program = program
        self.programName = programName
        self.decision = decision
        self.rules = rules
        self.refusals = refusals
        self.now = now
        self.isTreeKnown = isTreeKnown
        self.occupants = occupants
        self.addressError = addressError
        self.isHelperReady = isHelperReady
    }
}
