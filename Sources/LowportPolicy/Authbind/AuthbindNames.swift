// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The names of the files in the authbind tree that a request consults.
///
/// From port 512 on every name begins with `!`, so that a file made for the ports below, where the classic daemons
/// live, does not by accident stand for one of the ports that rresvport(3) hands out.
package enum AuthbindNames {
    /// The paths whose execute permission decides, in the order of consultation.
    package static func executables(for request: BindRequest) -> [ByteString] {
        [byport(request.port)] + executables(at: request.address, request.port)
    }

    /// The first of these paths, which stands for every address.
    package static func byport(_ port: Port) -> ByteString { "byport/\(mark(for: port))\(port)" }

    /// The paths below `byaddr`, which stand for one address.
    package static func executables(at address: IPAddress, _ port: Port) -> [ByteString] {
        let mark = mark(for: port)
        return switch address {
        case .v4(let address): ["byaddr/\(mark)\(address):\(port)", "byaddr/\(mark)\(address),\(port)"]
        case .v6(let address): ["byaddr/\(mark)\(address),\(port)", "byaddr/\(mark)\(unabridged(address)),\(port)"]
        }
    }

    /// The path of the file whose lines decide last.
    package static func byuid(for request: BindRequest) -> ByteString {
        "byuid/\(mark(for: request.port))\(request.user)"
    }

    private static func mark(for port: Port) -> ByteString { port.rawValue < 512 ? "" : "!" }

    /// All eight groups in hexadecimal, without leading zeros and without `::`.
    private static func unabridged(_ address: IPv6Address) -> ByteString {
        var text = ByteString()
        for group in 0..<8 {
            let half = group < 4 ? address.high : address.low
            let value = UInt16(truncatingIfNeeded: half >> UInt64(48 - group % 4 * 16))
            if group > 0 { text += ":" }
            text += ByteString(hexadecimal: UInt32(value))
        }
        return text
    }
}
