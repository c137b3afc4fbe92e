// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// How the proxies are spoken to.
enum ProxyKind: Equatable {
    case socks4, socks4a, socks5, connect

    /// The port that such a proxy is asked at when none is given.
    var defaultPort: Port { Port(rawValue: self == .connect ? 3128 : 1080) }
}

/// The proxy that connections go through.
struct ProxyOptions: Equatable {
    /// Where it is, `HOST` or `HOST:PORT` (`-x`); nil is nowhere.
    var address: ByteString?
    /// How it is spoken to (`-X`).
    var kind = ProxyKind.socks5
    /// Whether the kind was named by its word: a listener is such a proxy then (`--proxy-type`).
    var isNamed = false
    /// Who we are there, `USER` or `USER:PASSWORD` (`-P`, `--proxy-auth`).
    var credentials: ByteString?
    /// Whether the proxy is given names to look up, and not addresses (`--proxy-dns`).
    var resolvesRemotely = true
    /// Whether an HTTP proxy is told who we are only when it asks, as ncat does.
    var waitsForChallenge = false
}

/// Whether and how connections are encrypted.
struct TLSOptions: Equatable {
    /// `--ssl`, or anything that makes sense with it alone.
    var isWanted = false
    /// The certificate, with its chain, in PEM.
    var certificate: ByteString?
    /// The key of the certificate, in PEM.
    var key: ByteString?
    /// Whether the peer has to prove who it is.
    var verifies = false
    /// The certificates that are trusted, in PEM; nil is the system's.
    var trustFile: ByteString?
    /// The ciphers, as ciphers(1ssl) has them.
    var ciphers: ByteString?
    /// The name that is asked for, and that the certificate must have; nil is the host's.
    var serverName: ByteString?
    /// The protocols that are offered, with commas between them.
    var applicationProtocols: ByteString?
}
