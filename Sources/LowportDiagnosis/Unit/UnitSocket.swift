// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A socket that systemd binds and passes on to a service (systemd.socket(5)).
package struct UnitSocket: Hashable, Sendable {
    /// The assignment in the socket unit.
    package var setting: UnitSettings.Setting
    /// The name of the socket unit.
    package var unit: UnitName
    /// The protocol.
    package var transport: TransportProtocol
    /// The address; nil for all addresses.
    package var address: IPAddress?
    /// The port.
    package var port: Port

    /// The sockets of the unit `unit` with the settings of its section `[Socket]`, as far as they have ports.
    package static func all(of unit: UnitName, _ settings: UnitSettings) -> [UnitSocket] {
        // Each connection gets a process of its own then, and no process the socket that listens.
        if settings.enabled("Accept") != nil { return [] }
        return settings.list("ListenStream").compactMap { UnitSocket($0, unit, .tcp) }
            + settings.list("ListenDatagram").compactMap { UnitSocket($0, unit, .udp) }
    }

    /// Parses `80`, `192.0.2.1:80` or `[::1]:80`, also with an interface behind `%`; nil for sockets without a port.
    init?(_ setting: UnitSettings.Setting, _ unit: UnitName, _ transport: TransportProtocol) {
        let whole = unit.expanding(setting.value) ?? setting.value
        let text = whole.split(on: UInt8(ascii: "%"))[0]
        let number = ByteString(text.bytes[...].suffix(while: { $0 != UInt8(ascii: ":") }))
        guard let value = Digits.number(number, upTo: 65535), value > 0 else { return nil }
        self.setting = setting
        self.unit = unit
        self.transport = transport
        port = Port(rawValue: UInt16(value))
        let place = text.bytes.dropLast(number.count)
        if place.isEmpty { return }
        let host = place.dropLast()
        let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]")
        guard let address = IPAddress(ByteString(isBracketed ? host.dropFirst().dropLast() : host)) else { return nil }
        self.address = address
    }

    /// Whether a program with this socket takes what comes to `address`.
    func serves(_ address: IPAddress) -> Bool { self.address.map { $0 == address || $0 == .v6(.any) } ?? true }
}

extension ArraySlice<UInt8> {
    /// The end of the bytes from the last one on that does not meet `condition`.
    fileprivate func suffix(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        self[(lastIndex { !condition($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
