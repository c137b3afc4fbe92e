// SPDX-License-Identifier: Apache-2.0
internal import LowportCTLS
package import LowportLinux

/// The settings of an encrypted connection.
package struct TLSSettings: Sendable {
    /// Whether this is the server side.
    package var isServer = false
    /// Whether the socket is one of datagrams (DTLS).
    package var isDatagram = false
    /// Whether the peer's certificate is verified.
    package var verifies = false
    /// The file with the local certificate and its chain; a server without a file creates a self-signed certificate.
    package var certificate: ByteString?
    /// The file with the key; nil means the file with the certificate.
    package var key: ByteString?
    /// The file with the trusted certificates; nil means those of the system.
    package var trustFile: ByteString?
    /// The ciphers, in the form of ciphers(1ssl).
    package var ciphers: ByteString?
    /// The name of the peer: sent as SNI, and compared with its certificate.
    package var serverName: ByteString?
    /// The protocols that are offered or accepted (ALPN, RFC 7301), the preferred one first.
    package var protocols: [ByteString] = []

    /// Creates settings with nothing set.
    package init() {}
}

/// The settings as a C structure. The texts live as long as the object.
@safe
final class NativeSettings {
    /// The structure, at a fixed address.
    let native: UnsafeMutablePointer<ctls_settings>
    private var texts: [UnsafeMutableBufferPointer<CChar>] = unsafe []

    init(_ settings: TLSSettings) {
        unsafe native = .allocate(capacity: 1)
        unsafe native.initialize(to: unsafe ctls_settings())
        unsafe native.pointee.is_server = settings.isServer ? 1 : 0
        unsafe native.pointee.is_datagram = settings.isDatagram ? 1 : 0
        unsafe native.pointee.verifies = settings.verifies ? 1 : 0
        unsafe native.pointee.certificate = keep(settings.certificate)
        unsafe native.pointee.key = keep(settings.key)
        unsafe native.pointee.trust_file = keep(settings.trustFile)
        unsafe native.pointee.ciphers = keep(settings.ciphers)
        unsafe native.pointee.server_name = keep(settings.serverName)
        let isAddress = settings.serverName.map { IPAddress($0) != nil } ?? false
        unsafe native.pointee.server_is_address = isAddress ? 1 : 0
        let protocols = NativeSettings.wire(settings.protocols)
        guard !protocols.isEmpty, let kept = unsafe keep(ByteString(protocols)) else { return }
        unsafe native.pointee.protocols = UnsafeRawPointer(kept).assumingMemoryBound(to: UInt8.self)
        unsafe native.pointee.protocols_length = UInt32(protocols.count)
    }

    deinit {
        while let text = unsafe texts.popLast() { unsafe text.deallocate() }
        unsafe native.deallocate()
    }

    /// The names, each preceded by its length; omits names that are empty or too long.
    static func wire(_ protocols: [ByteString]) -> [UInt8] {
        var bytes: [UInt8] = []
        for name in protocols where !name.isEmpty && name.count < 256 { bytes += [UInt8(name.count)] + name.bytes }
        return bytes
    }

    private func keep(_ text: ByteString?) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.count + 1)
        _ = unsafe copy.initialize(from: text.bytes.map { CChar(truncatingIfNeeded: $0) } + [0])
        unsafe texts.append(copy)
        return unsafe UnsafePointer(copy.baseAddress)
    }
}
