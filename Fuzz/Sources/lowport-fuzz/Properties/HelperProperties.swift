// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux

@testable import LowportBroker
@testable import LowportHelperProtocol
@testable import LowportPolicy

extension Property {
    /// What the helper, its callers and the broker tell each other.
    static let helper = [
        Property(name: "helper-arguments", check: checkArguments),
        Property(name: "helper-messages", check: checkMessages),
        Property(name: "socket-address", check: checkSocketAddress),
        Property(name: "notification", check: checkNotification),
        Property(name: "address", check: checkAddress),
    ]

    /// Arguments, a line each: what is accepted is what strtoul(3) reads, without wrapping, and can be asked for again.
    private static func checkArguments(_ bytes: [UInt8]) throws {
        if bytes.contains(0) { return }
        let arguments = ByteString(bytes).split(on: 0x0A)
        guard let address = HelperArguments.address(from: arguments) else { return }
        try require(
            HelperArguments.address(from: HelperArguments.arguments(for: address)) == address,
            "another address"
        )
        try require(number(arguments[1].bytes) == UInt(address.port.networkOrder), "another port")
        switch address.address {
        case .v4(let v4):
            try require(arguments.count == 2 && address.scope == 0, "an IPv4 address of an interface")
            try require(number(arguments[0].bytes) == UInt(v4.rawValue.bigEndian), "another IPv4 address")
        case .v6(let v6):
            try require(arguments.count == 3, "an IPv6 address without a family")
            let pairs = (0..<16).map { number(Array(arguments[0].bytes[$0 * 2..<$0 * 2 + 2])) }
            try require(pairs == v6.networkBytes.map { UInt($0) }, "another IPv6 address")
            let family: ByteString = address.scope == 0 ? "6" : "6%\(address.scope)"
            try require(arguments[2] == family, "another interface")
        }
    }

    private static func number(_ text: [UInt8]) -> UInt {
        unsafe strtoul(text.map { CChar(bitPattern: $0) } + [0], nil, 16)
    }

    /// A message is exactly one, and says the same when it is written again.
    private static func checkMessages(_ bytes: [UInt8]) throws {
        if let request = HelperRequest(bytes) {
            try require(request.bytes == bytes, "the request is written in another way")
            try require(
                HelperArguments.address(from: HelperArguments.arguments(for: request.address)) == request.address,
                ""
            )
        }
        if let reply = HelperReply(bytes) {
            try require(reply.bytes == bytes, "the reply is written in another way")
            try require((reply == .bound) == (reply.error == nil), "bound and not")
            try require(reply.error.map { $0.rawValue > 0 } ?? true, "an error that is none")
        }
        if let order = HelperOrder(bytes) { try require(order.bytes == bytes, "the order is written in another way") }
        if let call = ForwardedCall(bytes) {
            try require(
                call.bytes == bytes && call.notification.arguments.count == 6,
                "the call is written in another way"
            )
            try require(call.refusal.map { $0.rawValue > 0 } ?? true, "an error that is none")
        }
        let count = [HelperRequest(bytes) != nil, HelperReply(bytes) != nil, ForwardedCall(bytes) != nil].count { $0 }
        try require(count <= 1, "two messages in one")
    }

    /// Memory of a program that is taken for a socket address: it is read as the kernel would.
    private static func checkSocketAddress(_ bytes: [UInt8]) throws {
        let family = bytes.count < 2 ? 0 : UInt16(bytes[0]) | UInt16(bytes[1]) << 8
        let needed = family == AF_INET ? 16 : family == AF_INET6 ? 24 : Int.max
        guard let address = PendingBind.socketAddress(bytes) else {
            return try require(bytes.count < needed, "\(bytes.count) bytes are not read")
        }
        try require(bytes.count >= needed, "read from \(bytes.count) bytes")
        try require(address.port.rawValue == UInt16(bytes[2]) * 256 + UInt16(bytes[3]), "another port")
        let place = family == AF_INET ? 4..<8 : 8..<24
        try require(NaiveRules.bytes(address.address).elementsEqual(bytes[place]), "another address")
        var scope: UInt32 = 0
        if family == AF_INET6, bytes.count >= 28 {
            for byte in bytes[24..<28].reversed() { scope = scope * 256 + UInt32(byte) }
        }
        try require(address.scope == scope, "another interface")
        let request = HelperRequest(address: address, thread: 1)
        try require(HelperRequest(request.bytes) == request, "the helper would be asked for something else")
    }

    /// A file that is taken for the record of a notification.
    private static func checkNotification(_ bytes: [UInt8]) throws {
        var path = "/dev/shm/lowport-record-XXXXXX".utf8CString.map { $0 }
        let file = FileDescriptor(owning: unsafe mkstemp(&path))
        unsafe unlink(path)
        try file.write(ByteString(bytes))
        let last = NotificationRecord.last(in: file)
        try file.close()
        guard let last else { return try require(bytes.count < 512 || bytes[..<8].allSatisfy { $0 == 0 }, "not read") }
        try require(bytes.count >= 512, "read from \(bytes.count) bytes")
        func number(_ at: Int, _ count: Int) -> UInt64 {
            bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        try require(last.identifier == number(0, 8) && last.identifier != 0, "another call")
        try require(UInt32(bitPattern: last.thread) == number(8, 4), "another thread")
        try require(last.arguments == (0..<6).map { number(32 + $0 * 8, 8) }, "other arguments")
    }

    /// The text of an address is read and written as the C library does.
    private static func checkAddress(_ bytes: [UInt8]) throws {
        let address = IPAddress(ByteString(bytes))
        try require(address.map(NaiveRules.bytes) == NaiveRules.address(bytes), "the C library reads something else")
        guard let address else { return }
        let text = NaiveTree.text(NaiveRules.bytes(address))
        try require(address.byteString == ByteString(text), "\(address.byteString), for the C library \(text)")
    }
}
