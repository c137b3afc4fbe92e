// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The protocol of a proxy.
enum ProxyKind: Equatable {
    case socks4, socks4a, socks5, connect

    /// The default port of such a proxy.
    var defaultPort: Port { Port(rawValue: self == .connect ? 3128 : 1080) }
}

/// Which side resolves the name of the host that a proxy connects to (`--proxy-dns`): this one first, if both may; without any,
/// only addresses are valid.
struct ProxyResolution: OptionSet {
    let rawValue: UInt8
    /// This side.
    static var local: Self { Self(rawValue: 1) }
    /// The proxy.
    static var remote: Self { Self(rawValue: 2) }

    /// The resolution that `text` names; nil for another text.
    init?(_ text: ByteString) {
        switch text {
        case "local": self = .local
        case "remote": self = .remote
        case "both": self = [.local, .remote]
        case "none": self = []
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// The proxy that connections go through.
struct ProxyOptions: Equatable {
    /// The address, `HOST` or `HOST:PORT` (`-x`); nil means no proxy.
    var address: ByteString?
    /// The protocol (`-X`).
    var kind = ProxyKind.socks5
    /// Whether `--proxy-type` gave the kind: with `-l`, nc is then such a proxy.
    var isNamed = false
    /// The credentials, `USER` or `USER:PASSWORD` (`-P`, `--proxy-auth`).
    var credentials: ByteString?
    /// Which side resolves host names, if an option says so.
    var givenResolution: ProxyResolution?
    /// Which side resolves host names. The protocol of `-X 4` has addresses alone; `--proxy-type socks4` takes names as 4a does.
    var resolution: ProxyResolution { givenResolution ?? (kind == .socks4 && !isNamed ? .local : .remote) }
    /// Whether credentials are sent to an HTTP proxy only after it answered 407, as ncat does.
    var waitsForChallenge = false
}

extension Options {
    /// The options of the proxy to connect through, and of nc as a proxy.
    mutating func readProxyOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("Proxies")
        if reader.option(
            "-x, --proxy HOST[:PORT]",
            ncat: "--proxy HOST[:PORT]",
            inUsage: "proxy[:port]",
            "connect through a proxy"
        ) {
            proxy.address = reader.value
        }
        let hasProxy = proxy.address != nil
        reader.conflict("no proxy support for UDP mode", if: hasProxy && endpoint.usesDatagrams)
        reader.conflict("no proxy support for listen", if: hasProxy && listens)
        reader.conflict("no proxy support for unix sockets", if: hasProxy && endpoint.isUnix)
        reader.conflict("no proxy support for local source address", if: hasProxy && endpoint.sourceAddress != nil)
        if reader.option("-X 4|4a|5|connect", inUsage: "protocol", "protocol of the proxy") {
            switch reader.value {
            case "5": proxy.kind = .socks5
            case "4": proxy.kind = .socks4
            case "4a": proxy.kind = .socks4a
            default:
                guard reader.value.isEqualIgnoringCase("connect") else { throw ProxyOptions.unsupported }
                proxy.kind = .connect
            }
        }
        if reader.option(
            "--proxy-type socks4|socks4a|socks5|http",
            "its protocol; with -l, be such a proxy"
        ) {
            switch reader.value {
            case "socks5": proxy.kind = .socks5
            case "socks4": proxy.kind = .socks4
            case "socks4a": proxy.kind = .socks4a
            case "http": proxy.kind = .connect
            default: throw ProxyOptions.unsupported
            }
            proxy.isNamed = true
        }
        reader.conflict(
            "Proxy type (--proxy-type) specified without proxy address (--proxy)",
            if: dialect == .ncat && proxy.isNamed && !hasProxy && !listens
        )
        if case .proxy = role { reader.conflict("--proxy-type is for streams", if: endpoint.usesDatagrams) }
        if reader.option(
            "-P, --proxy-auth USER[:PASSWORD]",
            inUsage: "user",
            "credentials for the proxy, or with -l of its clients"
        ) {
            proxy.credentials = reader.value
        }
        if reader.option("--proxy-dns local|remote|both|none", "which side resolves the host name") {
            proxy.givenResolution = ProxyResolution(reader.value)
            if proxy.givenResolution == nil { throw UsageError(message: "proxy-dns invalid: \(reader.value)") }
        }
    }
}

extension ProxyOptions {
    fileprivate static var unsupported: UsageError { UsageError(message: "unsupported proxy protocol") }
}
