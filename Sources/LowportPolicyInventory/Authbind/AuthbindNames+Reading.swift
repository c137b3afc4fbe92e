// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Parses the names in the tree; nil for a name that no bind consults.
extension AuthbindNames {
    /// The port of the file `name` of `byport`.
    static func port(named name: ByteString) -> Port? {
        guard let port = number(unmarked(name)), "byport/\(name)" == path(of: port) else { return nil }
        return port
    }

    /// The address and the port of the file `name` of `byaddr`.
    static func place(named name: ByteString) -> (address: IPAddress, port: Port)? {
        let text = unmarked(name)
        let end = text.bytes.lastIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ":") } ?? text.bytes.endIndex
        guard let address = IPAddress(ByteString(text.bytes[..<end])),
            let port = number(ByteString(text.bytes[end...].dropFirst())),
            executables(at: address, port).contains("byaddr/\(name)")
        else { return nil }
        return (address, port)
    }

    /// The user of the file `name` of `byuid`, and whether the file is for the ports from 512 on.
    static func user(named name: ByteString) -> (user: UserID, isMarked: Bool)? {
        Digits.canonicalNumber(unmarked(name), upTo: UInt64(UInt32.max)).map {
            (UserID(rawValue: UInt32($0)), name.hasPrefix("!"))
        }
    }

    private static func path(of port: Port) -> ByteString {
        executables(for: BindRequest(user: .root, groups: [], transport: .tcp, address: .v4(.any), port: port))[0]
    }

    private static func unmarked(_ name: ByteString) -> ByteString {
        name.hasPrefix("!") ? ByteString(name.bytes.dropFirst()) : name
    }

    private static func number(_ text: ByteString) -> Port? {
        guard let range = PortRange(text: text), range.lower == range.upper else { return nil }
        return range.lower
    }
}
