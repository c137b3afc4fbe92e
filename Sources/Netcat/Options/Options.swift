// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Everything that the command line asks for.
struct Options: Equatable {
    /// Whether to wait for connections instead of making one (`-l`).
    var listens = false
    /// Whether to go on listening after the first connection (`-k`).
    var keepsOpen = false
    /// How many connections may be open at once; nil leaves it to the mode (`--max-conns`).
    var mostConnections: Int?
    /// The kind of socket.
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
    /// What is not an option, in order: host and ports, or a path.
    var operands: [ByteString] = []
}

/// Where a socket is and how it is set up.
struct EndpointOptions: Equatable {
    /// The family that is wanted (`-4`, `-6`).
    var family: InternetFamily?
    /// Whether datagrams are used (`-u`).
    var usesDatagrams = false
    /// Whether the address is a path (`-U`).
    var isUnix = false
    /// The address to bind: a source, or where to listen (`-s`).
    var sourceAddress: ByteString?
    /// The port to bind (`-p`).
    var sourcePort: ByteString?
    /// How long a connection may take to be made, and then be idle (`-w`).
    var timeout: Milliseconds?

    /// The protocol whose ports are meant.
    var transport: TransportProtocol { usesDatagrams ? .udp : .tcp }
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
}

/// What is done to the bytes on their way.
struct ContentOptions: Equatable {
    /// Whether a line feed is sent as carriage return and line feed (`-C`).
    var sendsCarriageReturns = false
    /// How long to wait between lines, or between ports (`-i`).
    var interval: Milliseconds?
}

/// A command line that cannot be obeyed.
struct UsageError: Error, Equatable {
    /// What is wrong with it, for the line behind the program's name; nil when the usage says it all.
    let message: ByteString?
    /// Whether the usage is shown.
    var showsUsage = false
}
