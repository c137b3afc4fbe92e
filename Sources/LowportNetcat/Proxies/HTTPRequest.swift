// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A request of a client to an HTTP proxy (RFC 9112).
struct HTTPRequest: Equatable {
    /// The destination of the request.
    enum Destination: Equatable {
        /// To a host, with any protocol (CONNECT).
        case tunnel(host: ByteString, port: ByteString)
        /// To a server, with the path to request there.
        case resource(host: ByteString, port: ByteString, path: ByteString)
    }

    /// The body after the head.
    enum Body: Equatable {
        case bytes(Int)
        /// Chunks, each preceded by its length.
        case chunked
        case invalid
    }

    /// The method.
    let method: ByteString
    /// The target, as given.
    let target: ByteString
    /// The header fields, in order.
    let fields: [HTTPField]

    /// Reads the lines of a head, without line ends; nil if they are not a request.
    init?(_ lines: [ByteString]) {
        let words = lines.first?.split(on: 0x20) ?? []
        guard words.count == 3, !words[0].isEmpty, !words[1].isEmpty, words[2].hasPrefix("HTTP/1.") else { return nil }
        method = words[0]
        target = words[1]
        var fields: [HTTPField] = []
        for line in lines.dropFirst() {
            if let first = line.bytes.first, first == 0x20 || first == 0x09 {
                // The continuation of the previous line (RFC 9112, 5.2).
                guard let last = fields.popLast() else { return nil }
                fields.append(HTTPField(name: last.name, text: last.text + " " + HTTPField.trimmed(line.bytes[...])))
            } else {
                guard let field = HTTPField(line) else { return nil }
                fields.append(field)
            }
        }
        self.fields = fields
    }

    /// The destination; nil if the target does not name one.
    var destination: Destination? {
        if method == "CONNECT" {
            guard let place = HostAndPort(target), let port = place.port else { return nil }
            return .tunnel(host: place.host, port: port)
        }
        let scheme = target.bytes.prefix(7)
        guard ByteString(scheme).isEqualIgnoringCase("http://") else { return nil }
        let rest = target.bytes.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let host = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last ?? []
        guard let place = HostAndPort(ByteString(host)) else { return nil }
        let path = ByteString(rest.dropFirst(authority.count).prefix { $0 != UInt8(ascii: "#") })
        return .resource(
            host: place.host,
            port: place.port ?? "80",
            path: path.hasPrefix("/") ? path : "/" + path
        )
    }

    /// Whether the request has the Proxy-Authorization field for `credentials` (`USER:PASSWORD`).
    func isAuthorized(by credentials: ByteString) -> Bool {
        for field in fields where field.name.isEqualIgnoringCase("proxy-authorization") {
            let words = field.text.bytes.split { $0 == 0x20 || $0 == 0x09 }.map { ByteString($0) }
            if words.count == 2, words[0].isEqualIgnoringCase("basic"), words[1] == Base64.encode(credentials) {
                return true
            }
        }
        return false
    }

    /// The body after the head (RFC 9112, 6).
    var body: Body {
        var length: Int?
        for field in fields {
            if field.name.isEqualIgnoringCase("transfer-encoding") { return .chunked }
            guard field.name.isEqualIgnoringCase("content-length") else { continue }
            guard let value = Digits.number(field.text, upTo: 1 << 47).map({ Int($0) }) else { return .invalid }
            if let length, length != value { return .invalid }
            length = value
        }
        return .bytes(length ?? 0)
    }

    /// The head for the server, without the fields for this proxy (RFC 9110, 7.6.1).
    func head(for host: ByteString, _ port: ByteString, path: ByteString) -> ByteString {
        var dropped: [ByteString] = [
            "connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "upgrade",
        ]
        for field in fields where field.name.isEqualIgnoringCase("connection") {
            dropped += field.text.split(on: UInt8(ascii: ",")).map { HTTPField.trimmed($0.bytes[...]) }
        }
        var text = "\(method) \(path) HTTP/1.0\r\n" as ByteString
        var namesHost = false
        for field in fields where !dropped.contains(where: { field.name.isEqualIgnoringCase($0) }) {
            text += "\(field.name): \(field.text)\r\n"
            namesHost = namesHost || field.name.isEqualIgnoringCase("host")
        }
        if !namesHost {
            let name: ByteString = IPv6Address(host) == nil ? host : "[\(host)]"
            text += port == "80" ? "Host: \(name)\r\n" : "Host: \(name):\(port)\r\n"
        }
        return text + "Connection: close\r\n\r\n"
    }
}

/// A header field of HTTP.
struct HTTPField: Equatable {
    /// The name, as given.
    let name: ByteString
    /// The text after the colon, without surrounding blanks.
    let text: ByteString

    /// Creates a field.
    init(name: ByteString, text: ByteString) {
        self.name = name
        self.text = text
    }

    /// Reads `line`; nil if it has no name.
    init?(_ line: ByteString) {
        guard let colon = line.bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
        let name = line.bytes[..<colon]
        guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.init(name: ByteString(name), text: HTTPField.trimmed(line.bytes[(colon + 1)...]))
    }

    /// Reads `line`; nil unless the field has the name `name`.
    init?(_ line: ByteString, named name: ByteString) {
        guard let field = HTTPField(line), field.name.isEqualIgnoringCase(name) else { return nil }
        self = field
    }

    /// `bytes` without blanks at both ends.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ByteString {
        var value = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        return ByteString(value)
    }
}

extension ByteString {
    /// Whether both are equal if the case of ASCII letters is ignored.
    func isEqualIgnoringCase(_ other: ByteString) -> Bool {
        func small(_ byte: UInt8) -> UInt8 {
            byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        }
        return count == other.count && zip(bytes, other.bytes).allSatisfy { small($0) == small($1) }
    }
}
