// SPDX-License-Identifier: Apache-2.0

/// The running kernel's description of its structures: the BPF Type Format (Documentation/bpf/btf.rst there).
package struct KernelTypes: Sendable {
    /// One bit of a structure.
    package struct Bit: Hashable, Sendable {
        /// The offset of its byte from the start of the structure.
        package let offset: Int
        /// The bit in that byte.
        package let mask: UInt8

        /// Creates a bit.
        package init(offset: Int, mask: UInt8) {
            self.offset = offset
            self.mask = mask
        }
    }

    private let bytes: [UInt8]
    private var types = 0..<0
    private var strings = 0..<0

    /// Reads the types of the running kernel; nil if it does not export them.
    package static func ofRunningKernel() -> KernelTypes? {
        guard let file = try? FileDescriptor.open("/sys/kernel/btf/vmlinux", .readOnly),
            let bytes = try? file.readToEnd(limit: 64 << 20, expecting: 8 << 20)
        else { return nil }
        return KernelTypes(bytes)
    }

    /// Parses types in the format of the kernel; nil for anything else. Numbers are in host byte order, which is little-endian.
    package init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.count >= 24, half(0) == 0xEB9F else { return nil }
        let header = Int(word(4))
        func section(_ place: Int) -> Range<Int>? {
            let start = header + Int(word(place))
            let end = start + Int(word(place + 4))
            return end <= bytes.count ? start..<end : nil
        }
        guard let types = section(8), let strings = section(16) else { return nil }
        self.types = types
        self.strings = strings
    }

    /// A structure of the kernel.
    package struct Structure: Sendable {
        fileprivate let types: KernelTypes
        /// The offset of its members, and their number.
        fileprivate let members: Int
        fileprivate let count: Int
        /// Its size in bytes.
        fileprivate let size: UInt32
        /// Whether members record their width in bits.
        fileprivate let hasWidths: Bool

        /// The bit field `member`; nil if there is none, or if it is not one bit wide.
        package func bit(_ member: ByteString) -> Bit? {
            guard hasWidths, let place = types.member(member, of: self) else { return nil }
            guard place >> 24 == 1 else { return nil }
            let number = Int(place & 0xFF_FFFF)
            guard number / 8 < Int(size) else { return nil }
            return Bit(offset: number / 8, mask: 1 << UInt8(number % 8))
        }

        /// The offset of `member` in bytes, as instructions encode it; nil if there is none, if it is a bit field, or
        /// if it is outside of the structure.
        package func offset(_ member: ByteString) -> Int16? {
            guard let place = types.member(member, of: self), !hasWidths || place >> 24 == 0, place % 8 == 0,
                place / 8 < size
            else {
                return nil
            }
            return Int16(exactly: place / 8)
        }
    }

    /// The structure with the name `name`; nil if there is none.
    package func structure(_ name: ByteString) -> Structure? {
        find(Self.structure, name).map { structure(at: $0.place) }
    }

    private func structure(at place: Int) -> Structure {
        let info = word(place + 4)
        return Structure(
            types: self,
            members: place + 12,
            count: Int(info & 0xFFFF),
            size: word(place + 8),
            hasWidths: info >> 31 != 0
        )
    }

    /// The number by which BPF programs call the kernel function `name`; nil if none.
    package func function(_ name: ByteString) -> Int32? { find(Self.function, name)?.number }

    /// The number by which BPF programs are loaded for the tracepoint `name`; nil if the kernel has none.
    package func tracepoint(_ name: ByteString) -> UInt32? {
        find(Self.otherName, "btf_trace_\(name)").map { UInt32($0.number) }
    }

    /// The number, from 1, of the first type of this kind and name, and its offset.
    private func find(_ wanted: UInt32, _ name: ByteString) -> (number: Int32, place: Int)? {
        first { _, kind, place in kind == wanted && self.name(at: word(place), is: name) }
    }

    /// The number, from 1, and the offset of the first type that fits.
    private func first(_ fits: (_ number: Int32, _ kind: UInt32, _ place: Int) -> Bool) -> (number: Int32, place: Int)?
    {
        var (number, place) = (Int32(1), types.lowerBound)
        while place + 12 <= types.upperBound {
            let info = word(place + 4)
            let (kind, count) = (info >> 24 & 31, Int(info & 0xFFFF))
            guard let more = Self.extraSize(of: kind, count), place + 12 + more <= types.upperBound else { return nil }
            if fits(number, kind, place) { return (number, place) }
            number += 1
            place += 12 + more
        }
        return nil
    }

    /// The offset of `member` in bits; the upper eight bits are its width if it is a bit field.
    ///
    /// Members of structures and unions without a name count as members of the one around them.
    private func member(_ member: ByteString, of structure: Structure, depth: Int = 0) -> UInt32? {
        let places = (0..<structure.count).map { structure.members + $0 * 12 }
        for place in places where name(at: word(place), is: member) { return word(place + 8) }
        if depth == 4 { return nil }
        for place in places where name(at: word(place), is: "") {
            guard let inner = self.structure(number: word(place + 4)),
                structure.hasWidths || !inner.hasWidths,
                let found = self.member(member, of: inner, depth: depth + 1)
            else { continue }
            let (sum, isTooLarge) = (word(place + 8) & 0xFF_FFFF).addingReportingOverflow(found)
            if !isTooLarge { return sum }
        }
        return nil
    }

    /// The structure or union with this number; nil for a type of another kind.
    private func structure(number wanted: UInt32) -> Structure? {
        var isThere = false
        let found = first { number, kind, _ in
            isThere = kind == Self.structure || kind == Self.union
            return number == wanted
        }
        return isThere ? found.map { structure(at: $0.place) } : nil
    }

    private static let structure: UInt32 = 4
    private static let union: UInt32 = 5
    /// `BTF_KIND_TYPEDEF`
    private static let otherName: UInt32 = 8
    private static let function: UInt32 = 12

    /// The number of bytes after the first twelve of a type of this kind; nil for an unknown kind.
    private static func extraSize(of kind: UInt32, _ count: Int) -> Int? {
        switch kind {
        // Pointers, forward declarations, other names and qualifiers, functions, floating-point numbers, tags of types.
        case 2, 7, 8, 9, 10, 11, 12, 16, 18: 0
        // Integers, variables, tags of declarations.
        case 1, 14, 17: 4
        case 3: 12
        // Enumerations and parameters of functions.
        case 6, 13: count * 8
        // Structures, unions, sections, enumerations of 64 bits.
        case 4, 5, 15, 19: count * 12
        default: nil
        }
    }

    private func name(at offset: UInt32, is wanted: ByteString) -> Bool {
        let start = strings.lowerBound + Int(offset)
        let end = start + wanted.count
        return end < strings.upperBound && bytes[end] == 0 && bytes[start..<end].elementsEqual(wanted.bytes)
    }

    private func half(_ place: Int) -> UInt16 { UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8 }

    private func word(_ place: Int) -> UInt32 { UInt32(half(place)) | UInt32(half(place + 2)) << 16 }
}
