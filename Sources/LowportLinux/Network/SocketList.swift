// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Socket data that the kernel reports to any process (sock_diag(7)) but not in /proc/net.
package enum SocketList {
    /// The inode numbers of IPv6 sockets that accept only IPv6 (`IPV6_V6ONLY`); for TCP, of listeners.
    ///
    /// Throws if the kernel lacks sock_diag.
    package static func ipv6Only(_ transport: TransportProtocol) throws(Errno) -> [UInt64] {
        guard let number = transport.protocolNumbers.first.map({ UInt8($0) }) else { return [] }
        let states = transport.holdingStates.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
        var size = 1 << 17
        while true {
            var buffer = [UInt8](repeating: 0, count: size)
            do throws(Errno) {
                let length = try valueOrErrno(.listSockets) {
                    unsafe buffer.withUnsafeMutableBytes {
                        unsafe clinux_list_sockets(UInt8(AF_INET6), number, states, $0.baseAddress, size)
                    }
                }
                return ipv6Only(in: Array(buffer.prefix(length)))
            } catch {
                size *= 8
                if error != .noBufferSpace || size > 1 << 28 { throw error }
            }
        }
    }

    /// Parses the answer: messages of netlink(7), each with an `inet_diag_msg` and attributes.
    static func ipv6Only(in answer: [UInt8]) -> [UInt64] {
        func number(_ offset: Int, _ count: Int) -> Int {
            Int(truncatingIfNeeded: UInt64(littleEndianBytes: answer[offset..<offset + count]))
        }
        func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
        let (headerSize, messageSize, attributeV6Only) = (16, 72, 11)
        var found: [UInt64] = []
        var start = 0
        while start + headerSize + messageSize <= answer.count {
            let length = number(start, 4)
            guard length >= headerSize + messageSize, start + length <= answer.count else { break }
            var attribute = start + headerSize + messageSize
            while attribute + 5 <= start + length {
                let size = number(attribute, 2)
                if size < 4 || attribute + size > start + length { break }
                // An attribute of four bytes is only a header without data.
                if size > 4, number(attribute + 2, 2) == attributeV6Only, answer[attribute + 4] != 0 {
                    found.append(UInt64(number(start + headerSize + 68, 4)))
                }
                attribute += aligned(size)
            }
            start += aligned(length)
        }
        return found
    }
}
