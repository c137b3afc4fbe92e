// SPDX-License-Identifier: Apache-2.0

/// The first unprivileged port in the network namespace of this process: `ip_unprivileged_port_start` (ip(7)).
package enum PortThreshold {
    /// The file of proc(5) that holds the number.
    package static var path: ByteString { "/proc/sys/net/ipv4/ip_unprivileged_port_start" }
    /// Its name for sysctl(8).
    package static var key: ByteString { "net.ipv4.ip_unprivileged_port_start" }
    /// The default.
    package static var standard: UInt32 { 1024 }

    /// The threshold in /proc, 0-65536; nil for a kernel before 4.11, which has no file and uses 1024.
    package static var shown: UInt32? {
        get throws(Errno) {
            let content: [UInt8]
            do { content = try FileDescriptor.open(path, .readOnly).read(upTo: 32) } catch {
                if error == .noSuchFile { return nil }
                throw error
            }
            guard let number = number(in: content) else { throw .invalidArgument }
            return number
        }
    }

    /// The threshold in effect, 0-65536.
    package static var current: UInt32 {
        get throws(Errno) { try shown ?? standard }
    }

    /// Like `current`, but 1024 if it cannot be read.
    package static var currentOrStandard: UInt32 { (try? current) ?? standard }

    /// The file of proc(5) with the ports that the kernel chooses from (ip(7)).
    package static var localRangePath: ByteString { "/proc/sys/net/ipv4/ip_local_port_range" }

    /// The greatest threshold that the kernel accepts now: the first port of `ip_local_port_range`.
    package static var maximum: UInt32 {
        get throws(Errno) {
            let content = try FileDescriptor.open(localRangePath, .readOnly).read(upTo: 64)
            guard let first = firstPort(ofRange: content) else { throw .invalidArgument }
            return first
        }
    }

    /// Parses `content`, two numbers with blanks between them, and returns the first; nil for anything else.
    static func firstPort(ofRange content: [UInt8]) -> UInt32? {
        let words = content.split(whereSeparator: Digits.isBlank)
        guard words.count == 2, let first = Digits.number(words[0], upTo: 65535),
            Digits.number(words[1], upTo: 65535) != nil
        else { return nil }
        return UInt32(first)
    }

    /// Parses `content`, the bytes of the file; nil if it is no number or above 65536.
    static func number(in content: [UInt8]) -> UInt32? {
        KernelSetting.number(in: content, upTo: 65536).map { UInt32($0) }
    }

    /// Sets the threshold until the machine or network namespace ends. Needs CAP_NET_ADMIN there.
    package static func set(_ number: UInt32) throws(Errno) {
        try FileDescriptor.open(path, .writeOnly).write("\(number)\n")
    }
}
