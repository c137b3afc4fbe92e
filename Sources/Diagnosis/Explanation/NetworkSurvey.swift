// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What the network namespace of a process says about a port and an address.
struct NetworkSurvey {
    private(set) var threshold = PortThreshold.standard
    private(set) var occupants: [Situation.Occupant] = []
    private(set) var surroundings = Situation.Surroundings()

    /// Looks at the network of `process`; nil is this one.
    init(
        of process: Int32?,
        _ transport: TransportProtocol,
        _ address: IPAddress,
        _ port: Port,
        isDualStack: Bool
    ) {
        let name: ByteString = process.map { "\($0)" } ?? "self"
        let isElsewhere = Namespaces.shareNetwork("self", name) == false
        let look = { Self.look(transport, address) }
        var seen: (threshold: UInt32?, addressError: Errno?, isIPv6Disabled: Bool, ipv6Only: [UInt64])?
        seen = isElsewhere ? try? Namespaces.inNetwork(of: name, look) : look()
        if seen == nil { surroundings.isNetworkKnown = false }
        if let number = seen?.threshold ?? (try? PortThreshold.current) { threshold = number }
        surroundings.addressError = seen?.addressError
        surroundings.isIPv6Disabled = seen?.isIPv6Disabled ?? false
        if let count = try? Namespaces.capabilitiesCount(inNetworkOf: name) { surroundings.doCapabilitiesCount = count }
        occupants = Self.sockets(name, transport, ipv6Only: seen?.ipv6Only ?? [])
            .filter { $0.occupies(address, port, isDualStack: isDualStack) }
            .map { Situation.Occupant($0, processes: RunningProcess.owning(socket: $0.inode)) }
    }

    private static func look(
        _ transport: TransportProtocol,
        _ address: IPAddress
    ) -> (threshold: UInt32?, addressError: Errno?, isIPv6Disabled: Bool, ipv6Only: [UInt64]) {
        let disabled = Survey.text(of: "/proc/sys/net/ipv6/conf/all/disable_ipv6") == "1"
        let isV6 = if case .v6 = address.unmapped { true } else { false }
        return (
            try? PortThreshold.current, addressError(transport, address), isV6 && disabled,
            (try? SocketList.ipv6Only(transport)) ?? []
        )
    }

    /// Tries the address at a port of the kernel's choosing.
    private static func addressError(_ transport: TransportProtocol, _ address: IPAddress) -> Errno? {
        let family: InternetFamily = if case .v4 = address { .v4 } else { .v6 }
        do throws(Errno) {
            let socket = try FileDescriptor.socket(family, transport)
            try socket.bind(to: SocketAddress(address, Port(rawValue: 0)))
            return nil
        } catch { return error }
    }

    private static func sockets(
        _ process: ByteString,
        _ transport: TransportProtocol,
        ipv6Only: [UInt64]
    ) -> [BoundSocket] {
        [transport.name, "\(transport.name)6"].flatMap { name -> [BoundSocket] in
            let path: ByteString = "/proc/\(process)/net/\(name)"
            let text = try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64 << 20)
            return BoundSocket.table(text ?? [], transport: transport)
        }
        .map { socket in
            var socket = socket
            socket.isIPv6Only = ipv6Only.contains(socket.inode)
            return socket
        }
    }
}
