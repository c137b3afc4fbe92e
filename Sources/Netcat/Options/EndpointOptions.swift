// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Where a socket is and how it is set up.
struct EndpointOptions: Equatable {
    /// The family that is wanted (`-4`, `-6`).
    var family: InternetFamily?
    /// Whether datagrams are used (`-u`).
    var usesDatagrams = false
    /// Whether the address is a path (`-U`).
    var isUnix = false
    /// Whether the address is a virtual machine (`--vsock`).
    var isVsock = false
    /// The address to bind: a source, or where to listen (`-s`).
    var sourceAddress: ByteString?
    /// The port to bind (`-p`).
    var sourcePort: ByteString?
    /// How long a connection may take to be made, and then be idle (`-w`).
    var timeout: Milliseconds?
    /// How long a connection may be idle, if that is another time (`--idle-timeout`).
    var idleLimit: Milliseconds?
    /// The options of the socket itself.
    var settings = SocketSettings()

    /// The protocol whose ports are meant.
    var transport: TransportProtocol { usesDatagrams ? .udp : .tcp }
    /// The protocol as messages have it.
    var transportName: ByteString { transport.name }
}

/// The options of a socket that the command line can set.
struct SocketSettings: Equatable {
    /// `-b`.
    var allowsBroadcast = false
    /// `-D`.
    var isDebugged = false
    /// `-I`, in bytes.
    var receiveBuffer: Int32?
    /// `-O`, in bytes.
    var sendBuffer: Int32?
    /// `-M`.
    var hopLimit: Int32?
    /// `-m`.
    var leastHops: Int32?
    /// `-T`, the byte of the header.
    var typeOfService: Int32?

    /// Sets up a socket of `family`.
    func apply(to socket: InheritedDescriptor, _ family: InternetFamily) throws(Failure) {
        try set("SO_BROADCAST") { () throws(Errno) in if allowsBroadcast { try socket.setBroadcast(true) } }
        try set("SO_DEBUG") { () throws(Errno) in if isDebugged { try socket.setDebug(true) } }
        try set("TCP receive buffer size") { () throws(Errno) in
            if let receiveBuffer { try socket.setReceiveBuffer(receiveBuffer) }
        }
        try set("TCP send buffer size") { () throws(Errno) in
            if let sendBuffer { try socket.setSendBuffer(sendBuffer) }
        }
        let isOld = family == .v4
        try set(isOld ? "IP TTL" : "IPv6 unicast hops") { () throws(Errno) in
            if let hopLimit { try socket.setHopLimit(hopLimit, family) }
        }
        try set(isOld ? "IP min TTL" : "IPv6 min hop count") { () throws(Errno) in
            if let leastHops { try socket.setLeastHops(leastHops, family) }
        }
        try set(isOld ? "IP ToS" : "IPv6 traffic class") { () throws(Errno) in
            if let typeOfService { try socket.setTypeOfService(typeOfService, family) }
        }
    }

    private func set(_ what: ByteString, _ body: () throws(Errno) -> Void) throws(Failure) {
        do throws(Errno) {
            try body()
        } catch {
            throw Failure("set \(what): \(error.message)")
        }
    }
}

/// The names of types of service (RFC 791, RFC 2474, RFC 2597, RFC 3246).
enum TypeOfService {
    /// The byte that `text` stands for: a name, or a number in decimal or behind `0x`.
    static func parse(_ text: ByteString) -> Int32? {
        for (name, value) in names where name == text { return value }
        if let number = try? OptionValue.number(text, in: 0...255) { return Int32(number) }
        guard text.hasPrefix("0x"), text.count <= 4 else { return nil }
        return Digits.number(text.bytes[2...], base: 16).map { Int32($0) }
    }

    private static var names: [(ByteString, Int32)] {
        var names: [(ByteString, Int32)] = [
            ("lowdelay", 0x10), ("throughput", 0x08), ("reliability", 0x04), ("lowcost", 0x02),
            ("critical", 0xA0), ("inetcontrol", 0xC0), ("netcontrol", 0xE0), ("ef", 0xB8),
        ]
        for level in 0..<8 as Range<Int32> { names.append(("cs\(level)", level << 5)) }
        for level in 1...4 as ClosedRange<Int32> {
            for drop in 1...3 as ClosedRange<Int32> { names.append(("af\(level)\(drop)", level << 5 | drop << 3)) }
        }
        return names
    }
}
