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
        /// It runs, has this number and this status, and its binds come to the helper in this way.
        case running(Int32, ProcessCredentials, RunningReach)

        var status: ProcessCredentials {
            switch self {
            case .starting(let status), .running(_, let status, _): status
            }
        }
    }

    /// A rules file, or a folder of them, that counts for nothing.
    public struct DeadFile: Hashable, Sendable {
        /// Why it does not count, with its path in front.
        public var reason: ByteString
        /// The command that would make it count; nil if there is none.
        public var repair: ShellCommand?
        /// Whether its rules would allow the request; nil if it cannot be told.
        public var wouldAllow: Bool?
        /// Whether somebody besides root could write its rules.
        public var isOpenToOthers: Bool

        /// Creates the description of a file.
        public init(reason: ByteString, repair: ShellCommand?, wouldAllow: Bool?, isOpenToOthers: Bool = false) {
            self.reason = reason
            self.repair = repair
            self.wouldAllow = wouldAllow
            self.isOpenToOthers = isOpenToOthers
        }
    }

    /// Why nobody could bind what is asked for, whatever is allowed: the machine, or a sandbox around the process.
    public struct Surroundings: Hashable, Sendable {
        /// Why the address cannot be bound at all on this machine, at any port.
        public var addressError: Errno?
        /// Whether IPv6 is switched off (`disable_ipv6`, Documentation/networking/ip-sysctl of the kernel).
        public var isIPv6Disabled = false
        /// The error of every bind of the port, before it comes to addresses and privileges (Landlock, seccomp).
        public var sandboxError: Errno?
        /// Why the user may not start the program.
        public var executionError: Errno?
        /// Whether the network namespace of the process could be looked into.
        public var isNetworkKnown = true
        /// Whether the capabilities of the process count in its network namespace (user_namespaces(7)).
        public var doCapabilitiesCount = true
        /// Whether this process, and so what it starts, is under the broker already.
        public var isSupervised = false
        /// Who the user is outside of the user namespace of this process; nil if that is the machine's own.
        public var outerUser: UserID?
        /// The value of `kernel.yama.ptrace_scope` that keeps the broker from working; nil if it may work.
        public var brokerObstacle: Int?

        /// Creates surroundings in which nothing stands in the way.
        public init() {}
    }

    /// Who wants to bind what.
    public var request: BindRequest
    /// The name of the user, if there is one.
    public var userName: ByteString?
    /// The first port that needs no privilege (`net.ipv4.ip_unprivileged_port_start`, ip(7)); above 65535 if none.
    public var threshold: UInt32
    /// The process.
    public var process: Process
    /// The program, if one was named.
    public var program: ProgramFile?
    /// The file that has taken the place of the one that a running process was started from.
    public var replacement: ProgramFile?
    /// What was typed for it.
    public var programName: ByteString?
    /// What the policy says.
    public var decision: Decision
    /// The rules that the policy was read from.
    public var rules: RuleSet
    /// The rules files that do not count.
    public var deadFiles: [DeadFile]
    /// The time of asking.
    public var now: Timestamp
    /// Whether the authbind tree was asked as the user in question, which only root can do for others.
    public var isTreeKnown: Bool
    /// Who has the port already.
    public var occupants: [Occupant]
    /// What is around the process.
    public var surroundings: Surroundings
    /// Whether the helper of this installation is there and has its privilege.
    public var isHelperReady: Bool
    /// What the kernel engine has to do with the process.
    public var kernel: KernelEngineState = .off

    /// Creates a situation.
    public init(
        request: BindRequest,
        userName: ByteString?,
        threshold: UInt32,
        process: Process,
        program: ProgramFile?,
        programName: ByteString?,
        decision: Decision,
        rules: RuleSet,
        deadFiles: [DeadFile] = [],
        now: Timestamp,
        isTreeKnown: Bool = true,
        occupants: [Occupant] = [],
        surroundings: Surroundings = Surroundings(),
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
        self.deadFiles = deadFiles
        self.now = now
        self.isTreeKnown = isTreeKnown
        self.occupants = occupants
        self.surroundings = surroundings
        self.isHelperReady = isHelperReady
    }
}
