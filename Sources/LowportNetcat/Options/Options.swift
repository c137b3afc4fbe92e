// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// All settings of the command line.
struct Options: Equatable {
    /// Whether to wait for connections instead of making one (`-l`).
    var listens = false
    /// Whether to go on listening after the first connection (`-k`).
    var keepsOpen = false
    /// How many connections may be open at once (`--max-conns`); nil means the usual number.
    var givenMaximum: Int?
    /// How many connections may be open at once.
    var maximumConnections: Int { givenMaximum ?? 100 }
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
    /// Whether names are neither looked up nor shown: no DNS, no services (`-n`).
    var isNumeric = false
    /// Whether the connected socket is passed to the reader of standard output (`-F`).
    var passesDescriptor = false
    /// How the transferred bytes are changed, copied and counted.
    var content = ContentOptions()
    /// The local end of a connection.
    var role = Role.relay
    /// Which hosts may connect.
    var access = AccessOptions()
    /// The proxy that connections go through.
    var proxy = ProxyOptions()
    /// Whether and how connections are encrypted.
    var tls = TLSOptions()
    /// The operands, in order: host and ports, or a path.
    var operands: [ByteString] = []
    /// Whether the words of ncat's own tests are printed (`--test`).
    var printsTestLines = false
    /// The information to show instead of connecting (`-h`, `--help`, `--version`).
    var information: Information?
    /// The netcat whose options and behaviour apply.
    var dialect = Dialect.openbsd
}

extension Options: OptionSettings {
    /// All options of nc, in the order of the help. The first conflict is reported.
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

/// An error in the command line.
struct UsageError: Error, Equatable {
    /// The message after the program's name; nil if only the usage is shown.
    let message: ByteString?
    /// Whether the usage is shown.
    var showsUsage = false
}
