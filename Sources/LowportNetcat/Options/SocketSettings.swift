// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

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
    var minimumHops: Int32?
    /// `-T`, the byte of the header.
    var typeOfService: Int32?
}

extension Options {
    /// The options of the socket itself.
    mutating func readSocketOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("Socket options")
        if reader.option("-b", "allow broadcasts") { endpoint.settings.allowsBroadcast = true }
        if reader.option("-D", "enable debugging of the socket") { endpoint.settings.isDebugged = true }
        if reader.option("-I SIZE", inUsage: "length", "receive buffer, in bytes") {
            endpoint.settings.receiveBuffer = Int32(try reader.number("TCP receive window", 1...1_073_741_824))
        }
        if reader.option("-O SIZE", inUsage: "length", "send buffer, in bytes") {
            endpoint.settings.sendBuffer = Int32(try reader.number("TCP send window", 1...1_073_741_824))
        }
        if reader.option("-M HOPS", inUsage: "ttl", "hop limit of sent packets") {
            endpoint.settings.hopLimit = try reader.hops("ttl")
        }
        if reader.option("-m HOPS", ncat: "", inUsage: "minttl", "minimum hop limit of received packets") {
            endpoint.settings.minimumHops = try reader.hops("minttl")
        }
        if reader.option("-T TYPE", inUsage: "keyword", "type of service: a name (lowdelay) or a number") {
            endpoint.settings.typeOfService = TypeOfService.parse(reader.value)
            if endpoint.settings.typeOfService == nil {
                throw UsageError(message: "illegal tos value \(reader.value)")
            }
        }
        if reader.hiddenOption("-S") { throw UsageError(message: "TCP MD5 signatures are not supported") }
    }
}

extension ArgumentReader {
    fileprivate func hops(_ name: StaticString) throws(UsageError) -> Int32 {
        do throws(OptionValue.ValueError) {
            return Int32(try OptionValue.number(value, in: 0...255))
        } catch {
            throw UsageError(message: "\(ByteString(stringLiteral: name)) is \(error.text)")
        }
    }
}

extension SocketSettings {
    /// Sets up a socket of `family`.
    func apply(to socket: InheritedDescriptor, _ family: InternetFamily) throws(NetcatError) {
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
            if let minimumHops { try socket.setLeastHops(minimumHops, family) }
        }
        try set(isOld ? "IP ToS" : "IPv6 traffic class") { () throws(Errno) in
            if let typeOfService { try socket.setTypeOfService(typeOfService, family) }
        }
    }

    private func set(_ what: ByteString, _ body: () throws(Errno) -> Void) throws(NetcatError) {
        do throws(Errno) {
            try body()
        } catch {
            throw NetcatError("set \(what): \(error.message)")
        }
    }
}

/// The names of types of service (RFC 791, RFC 2474, RFC 2597, RFC 3246).
enum TypeOfService {
    /// The byte for `text`: a name, or a decimal number, or a hexadecimal one after `0x`.
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
