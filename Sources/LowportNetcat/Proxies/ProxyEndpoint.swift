// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The address of a proxy: `HOST`, `HOST:PORT`, or `[HOST]:PORT` for hosts with colons.
struct ProxyEndpoint: Equatable {
    /// The host, without brackets.
    let host: ByteString
    /// The port, which may be the name of a service; nil if none was given.
    let port: ByteString?

    /// Splits `text`. The last colon precedes the port, even without brackets, unless only the whole text, and not
    /// the part before that colon, is an IPv6 address.
    init(_ text: ByteString) throws(NetcatError) {
        let colon = UInt8(ascii: ":")
        let bytes = text.bytes
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else {
                throw NetcatError("missing closing bracket in proxy")
            }
            let rest = bytes[(end + 1)...]
            guard rest.isEmpty || rest.first == colon else { throw NetcatError("garbage proxy port delimiter") }
            host = ByteString(bytes[1..<end])
            port = rest.isEmpty ? nil : ByteString(rest.dropFirst())
            return
        }
        guard let split = bytes.lastIndex(of: colon), !ProxyEndpoint.isAddress(text, withPortBehind: split) else {
            host = text
            port = nil
            return
        }
        host = ByteString(bytes[..<split])
        port = ByteString(bytes[(split + 1)...])
    }

    /// Whether `text` is an IPv6 address only as a whole.
    private static func isAddress(_ text: ByteString, withPortBehind split: Int) -> Bool {
        let front = ByteString(text.bytes[..<split])
        return IPv6Address(text) != nil && front.bytes.contains(UInt8(ascii: ":")) && IPv6Address(front) == nil
    }
}
