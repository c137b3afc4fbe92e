// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The command line of the helper: the address that the helper is to bind the socket to.
///
///     ADDR PORT         ADDR PORT 6         ADDR PORT 6%SCOPE
///
/// ADDR is 8 hexadecimal digits or, with the 6, 32 hexadecimal digits in network order. PORT is 4 hexadecimal digits.
/// An IPv4 address and every port are the number in the memory of the socket address, read in native byte order:
/// 127.0.0.1 port 81 is `0100007f 5100` on a little-endian machine. SCOPE, which authbind does not have, is the
/// interface of a link-local address in decimal.
package enum HelperArguments {
    /// Returns the address that `arguments`, without the program's name, specify; nil if they do not have that form.
    ///
    /// Numbers may be written as strtoul(3) accepts them, which authbind's helper does and its callers may rely on:
    /// with blanks, a plus sign, `0x`, more or fewer leading zeros, or an empty string for 0. Characters after an IPv6
    /// address are ignored. Unlike with strtoul(3), no number wraps around.
    package static func address(from arguments: [ByteString]) -> SocketAddress? {
        guard arguments.count == 2 || arguments.count == 3,
            let portNumber = number(arguments[1].bytes[...], limit: 0xFFFF)
        else { return nil }
        let port = Port(networkOrder: UInt16(portNumber))
        if arguments.count == 2 {
            guard let number = number(arguments[0].bytes[...], limit: .max) else { return nil }
            return SocketAddress(.v4(IPv4Address(rawValue: UInt32(bigEndian: number))), port)
        }
        guard arguments[0].count >= 32, let scope = scope(from: arguments[2]) else { return nil }
        var bytes: [UInt8] = []
        for index in 0..<16 {
            guard let byte = number(arguments[0].bytes[(index * 2)..<(index * 2 + 2)], limit: 255) else { return nil }
            bytes.append(UInt8(byte))
        }
        return IPv6Address(networkBytes: bytes).map { SocketAddress(.v6($0), port, scope: scope) }
    }

    /// Returns the arguments that specify `address`.
    package static func arguments(for address: SocketAddress) -> [ByteString] {
        let port = address.port.networkOrder
        let portText = ByteString(hexadecimal: port, digits: 4)
        switch address.address {
        case .v4(let v4):
            return [ByteString(hexadecimal: v4.rawValue.bigEndian, digits: 8), portText]
        case .v6(let v6):
            let family: ByteString = address.scope == 0 ? "6" : "6%\(address.scope)"
            return [ByteString(hexadecimal: v6.networkBytes), portText, family]
        }
    }

    private static func scope(from text: ByteString) -> UInt32? {
        if text == "6" { return 0 }
        guard text.hasPrefix("6%"),
            let value = Digits.canonicalNumber(text.bytes[2...], upTo: UInt64(UInt32.max)), value != 0
        else { return nil }
        return UInt32(value)
    }

    /// Returns the hexadecimal number in `text`; nil if `text` is not entirely a number, or if it is greater than
    /// `limit`.
    private static func number(_ text: ArraySlice<UInt8>, limit: UInt32) -> UInt32? {
        if text.isEmpty { return 0 }
        var rest = text.drop(while: Digits.isBlank)
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if rest.count > 2, rest.starts(with: [0x30, 0x78]) || rest.starts(with: [0x30, 0x58]) {
            rest = rest.dropFirst(2)
        }
        guard let value = Digits.number(rest, base: 16, upTo: UInt64(limit)) else { return nil }
        return isNegative && value != 0 ? nil : UInt32(value)
    }
}
