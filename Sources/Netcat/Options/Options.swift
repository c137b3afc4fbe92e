// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Everything that the command line asks for.
struct Options: Equatable {
    /// Whether to wait for connections instead of making one (`-l`).
    var listens = false
    /// Whether to go on listening after the first connection (`-k`).
    var keepsOpen = false
    /// How many connections may be open at once (`--max-conns`).
    var mostConnections = 100
    /// The kind of socket, and where it is.
    var endpoint = EndpointOptions()
    /// How a connection ends.
    var ending = EndingOptions()
    /// Whether to try ports without sending anything (`-z`).
    var scans = false
    /// How many ports a scan tries at the same time (`--parallel`).
    var parallelism = 1
    /// Whether the ports of a range are tried in random order (`-r`).
    var shufflesPorts = false
    /// Whether to tell what happens (`-v`).
    var isVerbose = false
    /// Whether names are left alone in both directions: no DNS, no services (`-n`).
    var isNumeric = false
    /// Whether the connected socket is handed to the reader of standard output (`-F`).
    var passesDescriptor = false
    /// What happens to the bytes on their way.
    var content = ContentOptions()
    /// Who is at our end of a connection.
    var role = Role.relay
    /// Who may connect.
    var access = AccessOptions()
    /// The proxy that connections go through.
    var proxy = ProxyOptions()
    /// Whether and how connections are encrypted.
    var tls = TLSOptions()
    /// What is not an option, in order: host and ports, or a path.
    var operands: [ByteString] = []
    /// Whether the words of ncat's own tests are printed (`--test`).
    var tellsTests = false
    /// Whose letters and habits are wanted.
    var dialect = Dialect.openbsd
}

/// Who is at our end of a connection.
enum Role: Equatable {
    /// Standard input and output.
    case relay
    /// A program, whose words are split at blanks (`-e`).
    case program(ByteString)
    /// A command of the shell (`-c`).
    case shell(ByteString)
    /// All other clients (`--broker`).
    case broker
    /// All other clients, who see who said what (`--chat`).
    case chat
    /// Standard input and output, for all clients at the same time (ncat's `-k`).
    case gather
    /// Another host, `HOST:PORT` (`-L`).
    case forward(ByteString)
    /// Whatever host the client asks for.
    case proxy(ProxyServerKind)
}

/// The proxies that we can be.
enum ProxyServerKind: Equatable {
    case http, socks5
}

/// When and how a connection ends.
struct EndingOptions: Equatable {
    /// Whether standard input is left alone (`-d`).
    var ignoresInput = false
    /// Whether the end of standard input is passed on to the peer (`-N`).
    var closesAfterInput = false
    /// How long to stay after the end of standard input (`-q`); nil is for ever.
    var staysAfterInput: Milliseconds?
    /// After how many packets to stop (`-W`).
    var receiveLimit: Int?
    /// Whether nothing is received, and the end of standard input ends it all (`--send-only`).
    var sendsOnly = false
    /// Whether nothing is sent, by nobody (`--recv-only`).
    var receivesOnly = false
    /// Whether the end of what the peer sends is passed on to the reader of standard output, as ncat does.
    var closesOutput = false
    /// Whether a connection that was reset is a failure, as for ncat.
    var failsOnReset = false
}

/// What is done to the bytes on their way.
struct ContentOptions: Equatable {
    /// Whether a line feed is sent as carriage return and line feed (`-C`).
    var sendsCarriageReturns = false
    /// How long to wait between lines, or between ports (`-i`).
    var interval: Milliseconds?
    /// Whether negotiations of TELNET are answered with no (`-t`).
    var answersTelnet = false
    /// The file for a hexadecimal dump of both directions (`-o`).
    var dumpPath: ByteString?
    /// The file for a dump in ncat's form (`--hex-dump`).
    var plainDumpPath: ByteString?
    /// The file for the bytes of both directions (`--output`).
    var outputPath: ByteString?
    /// Whether these files are added to (`--append-output`).
    var appendsOutput = false
    /// Whether it is shown how far it is (`--progress`).
    var showsProgress = false
    /// What is said at the end about how much was moved (`--stats`).
    var statistics = StatisticsForm.none
}

/// How the figures at the end are written.
enum StatisticsForm: Equatable {
    case none, text, json
}

/// Who may connect: hosts, prefixes and ranges, and files of them.
struct AccessOptions: Equatable {
    /// Who may (`--allow`); nobody named is everybody.
    var allowed: [ByteString] = []
    /// Who may not, even if allowed (`--deny`).
    var denied: [ByteString] = []
    /// Files with the same, a line each.
    var allowFiles: [ByteString] = []
    /// Files with the same, a line each.
    var denyFiles: [ByteString] = []
}

/// A command line that cannot be obeyed.
struct UsageError: Error, Equatable {
    /// What is wrong with it, for the line behind the program's name; nil when the usage says it all.
    let message: ByteString?
    /// Whether the usage is shown.
    var showsUsage = false
}
