// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Whether and how connections are encrypted.
struct TLSOptions: Equatable {
    /// `--ssl`, or an option that implies it.
    var isWanted = false
    /// The certificate, with its chain, in PEM.
    var certificate: ByteString?
    /// The key of the certificate, in PEM.
    var key: ByteString?
    /// Whether the peer's certificate is verified.
    var verifies = false
    /// The trusted certificates, in PEM; nil means those of the system.
    var trustFile: ByteString?
    /// The ciphers, in the form of ciphers(1ssl).
    var ciphers: ByteString?
    /// The name that is sent as SNI, and that the certificate must have; nil means the host.
    var serverName: ByteString?
    /// The protocols to offer, separated by commas.
    var applicationProtocols: ByteString?
}

extension TLSOptions {
    /// Whether there are files or ciphers, which may be wrong.
    var needsCheck: Bool { isWanted && (certificate ?? key ?? trustFile ?? ciphers) != nil }
}

extension Options {
    /// The options of encryption. Each option turns encryption on.
    mutating func readTLSOptions(_ reader: inout ArgumentReader) {
        reader.group("Encryption")
        if reader.option("--ssl", "encrypt the connection") { tls.isWanted = true }
        let isLocal = endpoint.isUnix && endpoint.usesDatagrams
        reader.conflict("no TLS for datagrams of Unix sockets", if: tls.isWanted && isLocal)
        if reader.option("--ssl-cert FILE", "our certificate, with its chain") {
            (tls.isWanted, tls.certificate) = (true, reader.value)
        }
        if reader.option("--ssl-key FILE", "the key of our certificate") {
            (tls.isWanted, tls.key) = (true, reader.value)
        }
        let words: StaticString =
            dialect == .ncat
            ? "The --ssl-key and --ssl-cert options must be used together" : "--ssl-key needs --ssl-cert"
        reader.conflict(words, if: tls.key != nil && tls.certificate == nil)
        if reader.option("--ssl-verify", "verify the certificate of the peer") {
            (tls.isWanted, tls.verifies) = (true, true)
        }
        if reader.option("--ssl-trustfile FILE", "as --ssl-verify, with these trusted certificates") {
            (tls.isWanted, tls.verifies, tls.trustFile) = (true, true, reader.value)
        }
        if reader.option("--ssl-ciphers LIST", "the ciphers, as ciphers(1ssl) has them") {
            (tls.isWanted, tls.ciphers) = (true, reader.value)
        }
        if reader.option("--ssl-servername NAME", "name of the server, if it is not the host") {
            (tls.isWanted, tls.serverName) = (true, reader.value)
        }
        if reader.option("--ssl-alpn LIST", "the protocols that are offered or accepted") {
            (tls.isWanted, tls.applicationProtocols) = (true, reader.value)
        }
    }
}
