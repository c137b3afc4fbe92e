// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportSockets

extension Property {
    /// What the configuration of a server says.
    static let sockets = [Property(name: "listen-address", check: checkListenAddress)]

    /// An address to listen on: what is accepted ends with its port, has its address in it, and means the same when it is
    /// printed and read again.
    private static func checkListenAddress(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let address: ListenAddress
        do { address = try ListenAddress(text) } catch {
            try require(error.code == .invalidAddress && !error.reason.isEmpty, "no reason")
            try require(error.address.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "an error shows what is invisible")
            return
        }
        try require(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "accepts what is no word")
        try require(text.hasSuffix("\(address.port)"), "another port")
        try require(text.hasPrefix("udp:") == (address.transport == .udp), "another protocol")
        let again = try? ListenAddress(address.description)
        try require(again == address, "means something else when it is printed: \(address)")
        guard let host = address.host else {
            let rest = text.drop { $0 != ":" && !$0.isNumber }.drop { $0 == ":" }
            try require(rest == "\(address.port)", "an address is taken for all")
            return
        }
        let parts = try? ListenAddress(address.transport, host: host, port: address.port)
        try require(parts == address, "means something else in parts: \(host)")
        let asked = text.drop { !$0.isHexDigit && $0 != "[" }.dropLast("\(address.port)".count + 1)
        let inner = asked.drop { $0 != "[" && !asked.hasPrefix("[") && !$0.isNumber }.filter { $0 != "[" && $0 != "]" }
        let number = IPAddress(ByteString(String(inner.prefix { $0 != "%" })))
        try require(number == IPAddress(ByteString(String(host.prefix { $0 != "%" }))), "another address: \(host)")
    }
}
