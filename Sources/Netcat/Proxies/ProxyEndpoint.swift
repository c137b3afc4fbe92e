// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Where a proxy is: `HOST`, `HOST:PORT`, or `[HOST]:PORT` for hosts with colons.
struct ProxyEndpoint: Equatable {
    /// The host, without brackets.
    let host: ByteString
    /// The port, which may be the name of a service; nil if none was given.
    let port: ByteString?

    /// Takes `text` apart. The last colon is the one in front of the port, also without brackets, unless what is in
    /// front of it is no host and all of it is an address of IPv6.
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

    /// Whether `text` can only be an address of IPv6 as a whole.
    private static func isAddress(_ text: ByteString, withPortBehind split: Int) -> Bool {
        let front = ByteString(text.bytes[..<split])
        return IPv6Address(text) != nil && front.bytes.contains(UInt8(ascii: ":")) && IPv6Address(front) == nil
    }
}
