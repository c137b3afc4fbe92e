// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Where a server listens: a protocol, an address of this machine, and a port.
///
/// The text has the forms `80`, `:80`, `0.0.0.0:80`, `[::1]:80` and `[fe80::1%eth0]:80`, each with `tcp:` or `udp:` in
/// front of it if that is to be said. Without an address it stands for all addresses of both families. A name, as in
/// `localhost:80`, is not accepted: it may stand for several addresses, and a socket has one.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// The protocol of a server.
    public struct Transport: Hashable, Sendable, CustomStringConvertible {
        /// The Transmission Control Protocol: the socket listens for connections.
        public static let tcp = Transport(value: .tcp)
        /// The User Datagram Protocol: the socket is only bound.
        public static let udp = Transport(value: .udp)

        /// The protocol, as everything below knows it.
        let value: TransportProtocol

        /// All of them.
        static var all: [Transport] { TransportProtocol.words.map { Transport(value: $0) } }

        /// The word for the protocol: `tcp`, `udp`.
        public var description: String { value.name.text }
    }

    /// The protocol.
    public let transport: Transport

    /// The address and port; `::` if it stands for all addresses of both families.
    let place: SocketAddress

    /// Whether it stands for all addresses of both families.
    let isForBothFamilies: Bool

    /// What an address for both families is where there is no IPv6; nil for every other.
    var withoutIPv6: ListenAddress? {
        isForBothFamilies ? ListenAddress(transport, SocketAddress(.v4(.any), place.port)) : nil
    }

    init(_ transport: Transport, _ place: SocketAddress, isForBothFamilies: Bool = false) {
        self.transport = transport
        self.place = place
        self.isForBothFamilies = isForBothFamilies
    }

    /// Parses an address.
    ///
    /// - Parameter text: one of the forms above.
    /// - Throws: An error with the code ``PrivilegedSocketError/Code-swift.struct/invalidAddress``, whose reason says what
    ///   was expected.
    public init(_ text: String) throws(PrivilegedSocketError) {
        do throws(AddressFault) { self = try AddressParser.address(in: ByteString(text)) } catch {
            throw PrivilegedSocketError(.invalidAddress, ByteString(text).text, error.reason)
        }
    }

    /// Creates an address from its parts.
    ///
    /// - Parameters:
    ///   - transport: the protocol.
    ///   - host: a numeric address, without brackets; nil for all addresses of both families.
    ///   - port: the number of the port, in host byte order; 0 for a free port that the kernel chooses.
    /// - Throws: An error with the code ``PrivilegedSocketError/Code-swift.struct/invalidAddress``.
    public init(_ transport: Transport = .tcp, host: String? = nil, port: UInt16) throws(PrivilegedSocketError) {
        let port = Port(rawValue: port)
        guard let host else {
            self.init(transport, SocketAddress(.v6(.any), port), isForBothFamilies: true)
            return
        }
        do throws(AddressFault) {
            self.init(transport, try AddressParser.place(host: ByteString(host).bytes[...], port))
        } catch { throw PrivilegedSocketError(.invalidAddress, ByteString(host).text, error.reason) }
    }

    /// The numeric address, without brackets; nil for all addresses of both families.
    public var host: String? {
        if isForBothFamilies { return nil }
        return place.scope == 0 ? place.address.text : "\(place.address.text)%\(place.scope)"
    }

    /// The number of the port, in host byte order; 0 for a free port that the kernel chooses.
    public var port: UInt16 { place.port.rawValue }

    /// The address as ``init(_:)`` parses it: `tcp:0.0.0.0:80`, `udp:[::1]:53`, `tcp:80`.
    public var description: String {
        isForBothFamilies ? "\(transport):\(port)" : "\(transport):\(place.byteString.text)"
    }
}

extension ByteString {
    /// The text, with what is not visible escaped.
    var text: String { String(decoding: escaped.bytes, as: UTF8.self) }
}

extension IPAddress {
    fileprivate var text: String { byteString.text }
}
