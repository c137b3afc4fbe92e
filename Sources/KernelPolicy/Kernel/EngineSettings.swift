// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What the engine was enabled with, kept in the kernel beside the policy.
public struct EngineSettings: Hashable, Sendable {
    /// The cookie of the network namespace that the policy holds in; nil for all of them.
    public var network: UInt64?
    /// The first port that is not privileged.
    public var limit: Port
    /// How many entries the policy has.
    public var entries: UInt64 = 0
    /// When the policy was applied, in seconds since 1970-01-01T00:00:00Z.
    public var applied: Int64 = 0

    /// What the pins hold; another number is another version's.
    private static let version: UInt32 = 2
    static let size = 32

    /// Creates settings.
    public init(network: UInt64?, limit: Port) {
        self.network = network
        self.limit = limit
    }

    var bytes: [UInt8] {
        var bytes = MapBytes()
        bytes.append(Self.version)
        bytes.append(UInt32(limit.rawValue))
        bytes.append(network ?? 0)
        bytes.append(entries)
        bytes.append(UInt64(bitPattern: applied))
        return bytes.bytes
    }

    /// Reads what `bytes` wrote; nil if it is another version's.
    init?(bytes: [UInt8]) {
        let numbers = MapNumbers(bytes)
        guard bytes.count == Self.size, numbers.word(at: 0) == Self.version,
            let port = UInt16(exactly: numbers.word(at: 4))
        else { return nil }
        limit = Port(rawValue: port)
        network = numbers.double(at: 8) == 0 ? nil : numbers.double(at: 8)
        entries = numbers.double(at: 16)
        applied = Int64(bitPattern: numbers.double(at: 24))
    }

    /// The first port that everybody may bind in this network namespace (ip(7), `ip_unprivileged_port_start`).
    public static func currentLimit() -> Port {
        let content = try? FileDescriptor.open("/proc/sys/net/ipv4/ip_unprivileged_port_start", .readOnly)
            .readToEnd(limit: 64)
        return limit(in: content ?? [])
    }

    /// The same from the content of the file: 1024 if it is not a number, and the last port if that is too great.
    static func limit(in content: [UInt8]) -> Port {
        let digits = content.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty, digits.count <= 5 else { return Port(rawValue: 1024) }
        return Port(rawValue: UInt16(clamping: digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }))
    }
}

/// Reads numbers in the order of the machine.
struct MapNumbers {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func word(at offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(offset, 4)) }

    func double(at offset: Int) -> UInt64 { number(offset, 8) }

    private func number(_ offset: Int, _ count: Int) -> UInt64 {
        let part = bytes[offset..<offset + count]
        #if _endian(little)
            return part.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        #else
            return part.reduce(0) { $0 << 8 | UInt64($1) }
        #endif
    }
}
