// SPDX-License-Identifier: Apache-2.0

/// The port from which on everybody may bind, in the network of this process: `ip_unprivileged_port_start` (ip(7)).
public enum PortThreshold {
    /// The file of proc(5) that holds the number.
    public static var path: ByteString { "/proc/sys/net/ipv4/ip_unprivileged_port_start" }
    /// Its name for sysctl(8).
    public static var key: ByteString { "net.ipv4.ip_unprivileged_port_start" }
    /// What it is where nobody changed it.
    public static var standard: UInt32 { 1024 }

    /// The number, 0-65536; 1024 where the kernel does not show it, as kernels before 4.11 have it.
    public static var current: UInt32 {
        get throws(Errno) {
            let content: [UInt8]
            do { content = try FileDescriptor.open(path, .readOnly).read(upTo: 32) } catch {
                if error == .noSuchFile { return standard }
                throw error
            }
            guard let number = number(in: content) else { throw .invalidArgument }
            return number
        }
    }

    /// The number that `content`, the bytes of the file, begins with; nil if there is none or it is above 65536.
    static func number(in content: [UInt8]) -> UInt32? {
        let digits = content.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard digits.count >= 1, digits.count <= 6 else { return nil }
        let number = digits.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
        return number <= 65536 ? number : nil
    }

    /// Makes it `number`, until the machine or the network ends. Needs CAP_NET_ADMIN over the network.
    public static func set(_ number: UInt32) throws(Errno) {
        try FileDescriptor.open(path, .writeOnly).write("\(number)\n")
    }
}
