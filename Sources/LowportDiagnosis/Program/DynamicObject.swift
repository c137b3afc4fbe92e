// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What the dynamic loader reads of a program or a library: a file in ELF, little-endian, of 32 or 64 bits (elf(5)).
struct DynamicObject: Hashable, Sendable {
    /// The class and the machine; the loader takes only libraries with those of the program.
    struct Format: Hashable, Sendable {
        let is64Bit: Bool
        let machine: UInt16
    }

    let format: Format
    /// The path of the program interpreter, which is the loader (`PT_INTERP`); nil for static programs and most
    /// libraries.
    private(set) var interpreter: ByteString?
    /// The libraries that it needs (`DT_NEEDED`), in their order.
    private(set) var needed: [ByteString] = []
    /// The name under which other objects need it (`DT_SONAME`).
    private(set) var name: ByteString?
    /// The directories of `DT_RUNPATH`; nil if there is none.
    private(set) var runPath: [ByteString]?
    /// The directories of `DT_RPATH`, which does not count beside `DT_RUNPATH`.
    private(set) var path: [ByteString] = []

    private struct Segment {
        let type, offset, address, size: UInt64
    }

    /// Parses the file whose bytes `read` returns; nil if it is not such a file.
    /// - Parameter read: returns the bytes at an offset, at most as many as given; fewer at the end of the file.
    init?(_ read: (_ offset: UInt64, _ count: Int) -> [UInt8]) {
        let header = read(0, 64)
        // EI_CLASS: 1 is 32-bit, 2 is 64-bit; EI_DATA: 1 is little-endian.
        guard header.starts(with: [0x7F, 0x45, 0x4C, 0x46]), header.count >= 52, header[5] == 1,
            header[4] == 1 || header[4] == 2, let machine = header.number(at: 18, size: 2)
        else { return nil }
        let is64Bit = header[4] == 2
        format = Format(is64Bit: is64Bit, machine: UInt16(machine))
        let segments = Self.segments(header, is64Bit: is64Bit, read)
        if let segment = segments.first(where: { $0.type == 3 }) {
            interpreter = Self.text(at: segment.offset, read)
        }
        guard let dynamic = segments.first(where: { $0.type == 2 }) else { return }
        readDynamic(dynamic, segments, is64Bit: is64Bit, read)
    }

    private static func segments(_ header: [UInt8], is64Bit: Bool, _ read: (UInt64, Int) -> [UInt8]) -> [Segment] {
        let size = is64Bit ? 56 : 32
        let word = is64Bit ? 8 : 4
        guard let table = header.number(at: is64Bit ? 32 : 28, size: word),
            let entrySize = header.number(at: is64Bit ? 54 : 42, size: 2), entrySize == size,
            let count = header.number(at: is64Bit ? 56 : 44, size: 2)
        else { return [] }
        let entries = read(table, Int(count) * size)
        return (0..<entries.count / size).compactMap { index in
            let start = index * size
            guard let type = entries.number(at: start, size: 4),
                let offset = entries.number(at: start + (is64Bit ? 8 : 4), size: word),
                let address = entries.number(at: start + (is64Bit ? 16 : 8), size: word),
                let length = entries.number(at: start + (is64Bit ? 32 : 16), size: word)
            else { return nil }
            return Segment(type: type, offset: offset, address: address, size: length)
        }
    }

    private mutating func readDynamic(
        _ dynamic: Segment,
        _ segments: [Segment],
        is64Bit: Bool,
        _ read: (UInt64, Int) -> [UInt8]
    ) {
        let word = is64Bit ? 8 : 4
        // No linker writes more than a few thousand entries.
        let bytes = read(dynamic.offset, Int(min(dynamic.size, 1 << 16)))
        var entries: [(tag: UInt64, value: UInt64)] = []
        for start in stride(from: 0, to: bytes.count - 2 * word + 1, by: 2 * word) {
            guard let tag = bytes.number(at: start, size: word), tag != 0,
                let value = bytes.number(at: start + word, size: word)
            else { break }
            entries.append((tag, value))
        }
        // DT_STRTAB is an address, which a loaded segment has at an offset of the file.
        guard let address = entries.first(where: { $0.tag == 5 })?.value,
            let segment = segments.first(where: {
                $0.type == 1 && address >= $0.address && address - $0.address < $0.size
            })
        else { return }
        let strings = segment.offset &+ (address - segment.address)
        for (tag, value) in entries {
            switch tag {
            case 1: if let text = Self.text(at: strings &+ value, read) { needed.append(text) }
            case 14: name = Self.text(at: strings &+ value, read)
            case 15: path = Self.text(at: strings &+ value, read)?.split(on: UInt8(ascii: ":")) ?? []
            case 29: runPath = Self.text(at: strings &+ value, read)?.split(on: UInt8(ascii: ":"))
            default: break
            }
        }
        if runPath != nil { path = [] }
    }

    /// The text at `offset`, up to its NUL; nil if there is none within 64 KiB.
    private static func text(at offset: UInt64, _ read: (UInt64, Int) -> [UInt8]) -> ByteString? {
        for limit in [4096, 65536] {
            let bytes = read(offset, limit)
            if let end = bytes.firstIndex(of: 0) { return ByteString(bytes[..<end]) }
        }
        return nil
    }
}

extension DynamicObject {
    /// Parses the bytes of a whole file.
    init?(bytes: [UInt8]) {
        self.init { offset, count in
            guard let start = Int(exactly: offset), start <= bytes.count else { return [] }
            return Array(bytes[start..<min(bytes.count, start + count)])
        }
    }

    /// Reads the regular file at `path`; nil if it cannot be read.
    init?(at path: ByteString) {
        guard let file = try? FileDescriptor.open(path, [.readOnly, .nonBlocking]), let status = try? file.status(),
            status.kind == .regular
        else { return nil }
        self.init(of: file)
    }

    /// Reads an open file.
    init?(of file: borrowing FileDescriptor) {
        self.init { offset, count in
            guard let offset = Int64(exactly: offset) else { return [] }
            return (try? file.read(upTo: count, at: offset)) ?? []
        }
    }
}

extension [UInt8] {
    /// The little-endian number of `size` bytes at `offset`; nil if it is not within the array.
    func number(at offset: Int, size: Int) -> UInt64? {
        guard offset >= 0, offset <= count - size else { return nil }
        return UInt64(littleEndianBytes: self[offset..<offset + size])
    }
}
