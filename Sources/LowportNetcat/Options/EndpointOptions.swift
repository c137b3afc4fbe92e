// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The address of a socket and its setup.
struct EndpointOptions: Equatable {
    /// The requested address family (`-4`, `-6`).
    var family: InternetFamily?
    /// Whether datagrams are used (`-u`).
    var usesDatagrams = false
    /// Whether the address is a path (`-U`).
    var isUnix = false
    /// Whether the address is a virtual machine (`--vsock`).
    var isVsock = false
    /// The address to bind: a source, or the address to listen on (`-s`).
    var sourceAddress: ByteString?
    /// The port to bind (`-p`).
    var sourcePort: ByteString?
    /// How long connecting may take, and how long a connection may be idle (`-w`).
    var timeout: Milliseconds?
    /// How long a connection may be idle, if different (`--idle-timeout`).
    var idleLimit: Milliseconds?
    /// The options of the socket itself.
    var settings = SocketSettings()

    /// The protocol of the ports.
    var transport: TransportProtocol { usesDatagrams ? .udp : .tcp }
    /// The protocol in messages.
    var transportName: ByteString { transport.name }
}

extension Options {
    /// The options for the address of a socket, and its use.
    mutating func readEndpointOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("Addresses and ports")
        // -4, -6 and -U choose the address family; the last one counts.
        if reader.option("-4", "use IPv4 alone") { (endpoint.family, endpoint.isUnix) = (.v4, false) }
        if reader.option("-6", "use IPv6 alone") { (endpoint.family, endpoint.isUnix) = (.v6, false) }
        if reader.option("-l, --listen", "listen for a connection") { listens = true }
        reader.conflict("cannot use -z and -l", if: scans && listens)
        if reader.option("-k, --keep-open", "go on listening after a connection") { keepsOpen = true }
        reader.conflict("must use -l with -k", if: keepsOpen && !listens && dialect == .openbsd)
        if reader.option("-p, --source-port PORT", "local port: of the listener, or of the connection") {
            endpoint.sourcePort = reader.value
        }
        if reader.option("-s, --source ADDRESS", "local address: of the listener, or of the connection") {
            endpoint.sourceAddress = reader.value
        }
        if reader.option("-U, --unixsock", "use a Unix socket") { endpoint.isUnix = true }
        reader.conflict("cannot use -F and -U", if: passesDescriptor && endpoint.isUnix)
        if reader.option("-u, --udp", "use datagrams") { endpoint.usesDatagrams = true }
        if reader.option("--vsock", "use vsock: the numbers of a machine and a port") {
            endpoint.isVsock = true
        }
        if reader.option("-n, --nodns", "do not resolve names") { isNumeric = true }
        if reader.option("-r", "try ports in random order") { shufflesPorts = true }
        if reader.option("-z", "scan: see which ports are open, send nothing") { scans = true }
        if reader.option("--parallel COUNT", "with -z, try COUNT ports at the same time") {
            parallelism = try reader.number("parallel", 1...1024)
        }
        if reader.hiddenOption("--sctp") { throw UsageError(message: "SCTP is not supported") }
        if reader.hiddenOption("-Z") { throw UsageError(message: "DCCP is not supported") }
        if reader.hiddenOption("-V TABLE") {
            throw UsageError(message: "no alternate routing table support available")
        }
        // Source routes (RFC 791), which the kernel and routers drop today.
        if reader.hiddenOption("-G POINTER") || reader.hiddenOption("-g HOPS") {
            throw UsageError(message: "source routes are not supported")
        }
    }
}
