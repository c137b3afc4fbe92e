// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Where connections are forwarded to: `HOST:PORT`, `[IPV6]:PORT`.
struct ForwardTarget {
    /// The host, as given.
    let host: ByteString
    /// The port.
    let port: Port
    /// The addresses of the host with that port, in the order in which they are tried.
    let addresses: [SocketAddress]

    /// Reads `text`, and looks up the host.
    init(_ text: ByteString, _ options: EndpointOptions, _ console: Console) throws(NetcatError) {
        do throws(UsageError) {
            (host, port) = try Self.parse(text, options.transport)
        } catch {
            throw NetcatError(error.message)
        }
        do throws(LookupError) {
            addresses = try NameLookup.addresses(
                of: host,
                service: port.byteString,
                family: options.family,
                transport: options.transport,
                numeric: console.isNumeric
            )
        } catch {
            throw NetcatError("getaddrinfo for host \"\(host)\" port \(port): \(error.message)")
        }
    }

    /// Reads a host and one port, or the name of its service, without looking up the host.
    static func parse(_ text: ByteString, _ transport: TransportProtocol) throws(UsageError) -> (ByteString, Port) {
        guard let parts = HostAndPort(text), let port = parts.port else {
            throw UsageError(message: "\(text): expected HOST:PORT, such as localhost:8080")
        }
        return (parts.host, try PortList.parseOne(port, transport))
    }
}

extension PortList {
    /// Parses a single port, or the name of its service.
    static func parseOne(_ text: ByteString, _ transport: TransportProtocol) throws(UsageError) -> Port {
        let ports = try parse([text], transport)
        guard ports.count == 1 else { throw UsageError(message: "more than one port: \(text)") }
        return ports[0]
    }
}

/// A host and a port in one word. An IPv6 address is in brackets, or has no port.
struct HostAndPort: Equatable {
    /// The host, without brackets.
    let host: ByteString
    /// The port, if there is one.
    let port: ByteString?

    /// Splits `text`; nil if there is no host, or if the text after the brackets is not a port.
    init?(_ text: ByteString) {
        let bytes = text.bytes
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), end > 1 else { return nil }
            let rest = bytes[(end + 1)...]
            guard rest.isEmpty || rest.first == UInt8(ascii: ":") && rest.count > 1 else { return nil }
            host = ByteString(bytes[1..<end])
            port = rest.isEmpty ? nil : ByteString(rest.dropFirst())
            return
        }
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), IPv6Address(text) == nil else {
            guard !text.isEmpty else { return nil }
            host = text
            port = nil
            return
        }
        guard colon > 0, colon + 1 < bytes.count else { return nil }
        host = ByteString(bytes[..<colon])
        port = ByteString(bytes[(colon + 1)...])
    }
}
