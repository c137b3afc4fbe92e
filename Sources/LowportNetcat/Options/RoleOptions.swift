// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The local end of a connection.
enum Role: Equatable {
    /// Standard input and output.
    case relay
    /// A program, whose words are split at blanks (`-e`).
    case program(ByteString)
    /// A command of the shell (`-c`).
    case shell(ByteString)
    /// All other clients (`--broker`).
    case broker
    /// All other clients, with the sender before each line (`--chat`).
    case chat
    /// Standard input and output, for all clients at the same time (ncat's `-k`).
    case gather
    /// Another host, `HOST:PORT` (`-L`).
    case forward(ByteString)
    /// The host that the client requests.
    case proxy(ProxyServerKind)
}

/// The kinds of proxy that nc can be.
enum ProxyServerKind: Equatable {
    case http, socks5
}

/// The hosts that may connect: names, addresses, prefixes and ranges, and files of them.
struct AccessOptions: Equatable {
    /// The hosts that may connect (`--allow`); without `allowFiles`, empty allows all.
    var allowed: [ByteString] = []
    /// The hosts that may not connect, even if allowed (`--deny`).
    var denied: [ByteString] = []
    /// Files of hosts that may connect, separated by white space (`--allowfile`).
    var allowFiles: [ByteString] = []
    /// Files of hosts that may not connect, in the same form (`--denyfile`).
    var denyFiles: [ByteString] = []

    /// Whether an option was given that is for listeners alone: in ncat, those that deny are not.
    fileprivate func isSet(for dialect: Dialect) -> Bool {
        !allowed.isEmpty || !allowFiles.isEmpty || dialect == .openbsd && !(denied.isEmpty && denyFiles.isEmpty)
    }
}

extension Role {
    /// The option that chooses it.
    fileprivate var option: ByteString {
        switch self {
        case .program: "-e"
        case .shell: "-c"
        case .forward: "-L"
        case .broker: "--broker"
        case .chat: "--chat"
        case .relay, .gather, .proxy: ""
        }
    }
}

extension Options {
    /// Sets the role. Throws if another one was chosen; of the same option, the last one counts.
    private mutating func choose(_ new: Role) throws(UsageError) {
        // A chat is a broker, too.
        if role == .chat && new == .broker { return }
        let isSame = role == .relay || role.option == new.option || role == .broker && new == .chat
        let programs = [role, new].filter { ProgramCommand($0) != nil }.count
        if dialect == .ncat && programs == 2 {
            throw UsageError(message: "Only one of --exec, --sh-exec, and --lua-exec is allowed")
        }
        if isSame { return role = new }
        let isBroker = [role, new].contains { $0 == .broker || $0 == .chat }
        if dialect == .ncat && programs == 1 && isBroker {
            throw UsageError(message: "Invalid option combination: --broker and -e")
        }
        throw UsageError(message: "cannot use \(role.option) and \(new.option)")
    }

    /// The options for the local end of a connection, and for the hosts that may connect.
    mutating func readRoleOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("Input and output")
        if reader.option("-e, --exec PROGRAM", "a program, split into words at blanks") {
            try choose(.program(reader.value))
        }
        if reader.option("-c, --sh-exec COMMAND", "a shell command") { try choose(.shell(reader.value)) }
        if reader.hiddenOption("--lua-exec FILE") { throw UsageError(message: "Lua is not supported") }
        switch role {
        case .program(let command), .shell(let command):
            reader.conflict("no command to run", if: command.isEmpty)
            reader.conflict("cannot use -z with a command", if: scans)
        default: break
        }
        if reader.option("-L HOST:PORT", "another host (with -l)") { try choose(.forward(reader.value)) }
        if case .forward = role {
            reader.conflict("-L needs -l", if: !listens)
            reader.conflict("-L is for streams", if: endpoint.usesDatagrams)
        }
        if reader.option("--broker", "all other clients (with -l)") { try choose(.broker) }
        if case .broker = role {
            reader.conflict("--broker needs -l", if: !listens)
            reader.conflict("--broker is for streams", if: endpoint.usesDatagrams)
        }
        if reader.option("--chat", "as --broker, with the sender before each line") {
            try choose(.chat)
        }
        if case .chat = role {
            reader.conflict("--chat needs -l", if: !listens)
            reader.conflict("--chat is for streams", if: endpoint.usesDatagrams)
        }
        if reader.option("--max-conns COUNT", ncat: "-m, --max-conns COUNT", "at most COUNT clients at once") {
            givenMaximum = try reader.number("max-conns", 0...1_000_000)
        }
        reader.conflict(
            dialect == .ncat ? "Invalid option combination: `--max-conns' with connect" : "--max-conns needs -l",
            if: givenMaximum != nil && !listens
        )
        let comma = UInt8(ascii: ",")
        if reader.option("--allow LIST", "hosts that may connect: names, addresses, ranges") {
            access.allowed += reader.value.split(on: comma)
        }
        if reader.option("--allowfile FILE", "file of hosts that may connect") {
            access.allowFiles.append(reader.value)
        }
        if reader.option("--deny LIST", "hosts that may not connect, even if allowed") {
            access.denied += reader.value.split(on: comma)
        }
        if reader.option("--denyfile FILE", "file of hosts that may not connect") {
            access.denyFiles.append(reader.value)
        }
        reader.conflict(
            dialect == .ncat ? "Invalid option combination: allow/deny with connect" : "--allow and --deny need -l",
            if: access.isSet(for: dialect) && !listens
        )
        if reader.option("-F", "pass the socket on through standard output, and quit") {
            passesDescriptor = true
        }
        reader.conflict("cannot use -F and -l", if: passesDescriptor && listens)
    }
}
