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
    /// Whether a socket for all addresses takes nothing over IPv4 (`BindIPv6Only=`).
    package var isIPv6Only = false
    /// Whether systemctl(1) can enable the unit: whether it has a section `[Install]` that says what starts it.
    package var isInstallable = false

    /// The sockets of the unit `unit` with the settings of its section `[Socket]`, as far as they have ports.
    /// - Parameter isIPv6OnlyByDefault: what the kernel does without `BindIPv6Only=` (`net.ipv6.bindv6only`).
    package static func all(
        of unit: UnitName,
        _ settings: UnitSettings,
        isIPv6OnlyByDefault: Bool = false
    ) -> [UnitSocket] {
        // Each connection gets a process of its own then, and no process the socket that listens.
        if settings.enabled("Accept") != nil { return [] }
        let choice = settings.history("BindIPv6Only").last { ["default", "both", "ipv6-only"].contains($0.value) }
        let isIPv6Only = choice.map { $0.value == "ipv6-only" || $0.value == "default" && isIPv6OnlyByDefault }
        let sockets =
            settings.list("ListenStream").compactMap { UnitSocket($0, unit, .tcp) }
            + settings.list("ListenDatagram").compactMap { UnitSocket($0, unit, .udp) }
        return sockets.map { socket in
            var socket = socket
            socket.isIPv6Only = isIPv6Only ?? isIPv6OnlyByDefault
            return socket
        }
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
    /// - Parameter isDualStack: whether what comes to all addresses of IPv4 is meant as well, with `::`.
    func serves(_ address: IPAddress, isDualStack: Bool = false) -> Bool {
        let isIPv4 = if case .v4 = address { true } else { false }
        // A port alone is bound for `::`.
        if self.address == nil || self.address == .v6(.any) { return !isIPv6Only || !isIPv4 && !isDualStack }
        return self.address == address || isIPv4 && self.address == .v4(.any)
    }
}

extension ArraySlice<UInt8> {
    /// The end of the bytes from the last one on that does not meet `condition`.
    fileprivate func suffix(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        self[(lastIndex { !condition($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
