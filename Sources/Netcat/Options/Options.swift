// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Everything that the command line asks for.
struct Options: Equatable {
    /// Whether to wait for connections instead of making one (`-l`).
    var listens = false
    /// Whether to go on listening after the first connection (`-k`).
    var keepsOpen = false
    /// How many connections may be open at once (`--max-conns`).
    var maximumConnections = 100
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
    /// Whether connections and failed attempts are reported (`-v`).
    var isVerbose = false
    /// Whether names are left alone in both directions: no DNS, no services (`-n`).
    var isNumeric = false
    /// Whether the connected socket is handed to the reader of standard output (`-F`).
    var passesDescriptor = false
    /// What happens to the bytes on their way.
    var content = ContentOptions()
    /// What is at our end of a connection.
    var role = Role.relay
    /// Which hosts may connect.
    var access = AccessOptions()
    /// The proxy that connections go through.
    var proxy = ProxyOptions()
    /// Whether and how connections are encrypted.
    var tls = TLSOptions()
    /// What is not an option, in order: host and ports, or a path.
    var operands: [ByteString] = []
    /// Whether the words of ncat's own tests are printed (`--test`).
    var printsTestLines = false
    /// What is shown instead of doing anything (`-h`, `--help`, `--version`).
    var information: Information?
    /// Whose letters and habits are wanted.
    var dialect = Dialect.openbsd
}

extension Options: OptionSettings {
    /// All options of nc, in the order of the help. The first conflict is the one that is reported.
    mutating func readOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        try readEndpointOptions(&reader)
        try readProxyOptions(&reader)
        try readEndingOptions(&reader)
        try readRoleOptions(&reader)
        try readContentOptions(&reader)
        try readSocketOptions(&reader)
        readTLSOptions(&reader)
        try readDiagnosticOptions(&reader)
    }
}

/// A command line that cannot be obeyed.
struct UsageError: Error, Equatable {
    /// What is wrong with it, for the line behind the program's name; nil when the usage alone is shown.
    let message: ByteString?
    /// Whether the usage is shown.
    var showsUsage = false
}
