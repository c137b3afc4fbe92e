// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux

/// The settings as stored in the map: numbers in native byte order, and the path of the control group.
extension EngineSettings {
    /// The version of the pinned data; another number belongs to another version of Lowport.
    private static let version: UInt32 = 3
    static let size = start + 48 + nameLimit
    /// The offset of the fields behind both policies. The pending policy is preceded by 20 bytes for its limit, size
    /// and time.
    private static let start = 32 + AppliedPolicy.size + 20 + AppliedPolicy.size
    /// The maximum length of a control group's path in bytes.
    static let nameLimit = 4096

    var bytes: [UInt8] {
        var bytes = MapBytes()
        bytes.append(Self.version)
        bytes.append(UInt32(limit.rawValue))
        bytes.append(network ?? 0)
        bytes.append(entries)
        bytes.append(UInt64(bitPattern: applied))
        current.append(to: &bytes)
        bytes.append(UInt32(pending?.limit.rawValue ?? 0))
        bytes.append(pending?.entries ?? 0)
        bytes.append(UInt64(bitPattern: pending?.applied ?? 0))
        (pending ?? AppliedPolicy(limit: Port(rawValue: 0))).append(to: &bytes)
        bytes.append(group?.inode ?? 0)
        bytes.append(UInt32(bitPattern: group?.level ?? 0))
        for number in links + maps { bytes.append(number) }
        let name = group?.name.bytes.prefix(Self.nameLimit) ?? []
        bytes.append(UInt32(name.count))
        let used = bytes.bytes + name
        return used + [UInt8](repeating: 0, count: Self.size - used.count)
    }

    /// Parses the output of `bytes`; nil if another version wrote it.
    init?(bytes: [UInt8]) {
        let numbers = MapNumbers(bytes)
        guard bytes.count == Self.size, numbers.word(at: 0) == Self.version,
            let limit = UInt16(exactly: numbers.word(at: 4)),
            let next = UInt16(exactly: numbers.word(at: 32 + AppliedPolicy.size))
        else { return nil }
        network = numbers.double(at: 8) == 0 ? nil : numbers.double(at: 8)
        current = AppliedPolicy(limit: Port(rawValue: limit))
        current.entries = numbers.double(at: 16)
        current.applied = Int64(bitPattern: numbers.double(at: 24))
        current.read(numbers, at: 32)
        if next != 0 {
            var policy = AppliedPolicy(limit: Port(rawValue: next))
            let offset = 36 + AppliedPolicy.size
            policy.entries = numbers.double(at: offset)
            policy.applied = Int64(bitPattern: numbers.double(at: offset + 8))
            policy.read(numbers, at: offset + 16)
            pending = policy
        }
        let start = Self.start
        links = (0..<2).map { numbers.word(at: start + 12 + $0 * 4) }
        maps = (0..<maps.count).map { numbers.word(at: start + 20 + $0 * 4) }
        let count = Int(numbers.word(at: start + 20 + maps.count * 4))
        let nameStart = Self.size - Self.nameLimit
        guard count <= Self.nameLimit else { return nil }
        if numbers.double(at: start) != 0 {
            group = TargetGroup(
                inode: numbers.double(at: start),
                level: Int32(bitPattern: numbers.word(at: start + 8)),
                name: ByteString(bytes[nameStart..<nameStart + count])
            )
        }
        // Every byte must have a meaning.
        if self.bytes != bytes { return nil }
    }
}

extension AppliedPolicy {
    /// The number of bytes behind limit, size and time.
    fileprivate static let size = 24 + 8 * PolicyFingerprint.count

    /// Appends the fields behind limit, size and time.
    fileprivate func append(to bytes: inout MapBytes) {
        let known = files.parts.enumerated().reduce(UInt32(0)) { $0 | ($1.element == nil ? 0 : 2 << UInt32($1.offset)) }
        bytes.append(known | (hasErrors ? 1 : 0))
        for number in programs + [confined] { bytes.append(number) }
        bytes.append(rules.map { $0 + 1 } ?? 0)
        for part in files.parts { bytes.append(part ?? 0) }
    }

    fileprivate mutating func read(_ numbers: MapNumbers, at offset: Int) {
        let flags = numbers.word(at: offset)
        hasErrors = flags & 1 != 0
        programs = [numbers.word(at: offset + 4), numbers.word(at: offset + 8)]
        confined = numbers.word(at: offset + 12)
        let count = numbers.double(at: offset + 16)
        rules = count == 0 ? nil : count - 1
        files.parts = (0..<PolicyFingerprint.count).map { index in
            flags & 2 << UInt32(index) == 0 ? nil : numbers.double(at: offset + 24 + index * 8)
        }
    }
}

/// Reads numbers in native byte order.
struct MapNumbers {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func word(at offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(offset, 4)) }

    func double(at offset: Int) -> UInt64 { number(offset, 8) }

    private func number(_ offset: Int, _ count: Int) -> UInt64 {
        UInt64(littleEndianBytes: bytes[offset..<offset + count])
    }
}
