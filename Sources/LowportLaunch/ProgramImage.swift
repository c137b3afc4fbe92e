// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The kind of program in a file, as far as it affects how its binds can be handled; determined from its first bytes.
package enum ProgramImage: Hashable, Sendable {
    /// A script that names its interpreter, with the optional argument (execve(2)).
    case script(interpreter: ByteString, argument: ByteString)
    /// A dynamically linked program, to which a library can be preloaded.
    case dynamic
    /// A statically linked program.
    case linkedStatically
    /// A Go program, which makes its own system calls no matter how it is linked.
    case go
    /// A program for another machine, or for the 32-bit mode of this machine.
    case foreign
    /// Another kind of file, or an unreadable file.
    case unknown

    /// The number of bytes at the start of a file that must be inspected.
    package static var prefixLength: Int { 65536 }

    /// Recognizes a file by its first `bytes`, on a machine with the ELF number `machine` (elf(5)).
    package init(_ bytes: [UInt8], machine: UInt16 = Self.ownMachine) {
        if bytes.starts(with: [0x23, 0x21]) {
            self = Self.script(bytes.dropFirst(2))
        } else if bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
            self = Self.executable(bytes, machine)
        } else {
            self = .unknown
        }
    }

    /// The ELF number of the machine that this code was compiled for.
    package static var ownMachine: UInt16 {
        #if arch(x86_64)
            62
        #elseif arch(arm64)
            183
        #endif
    }

    private static func script(_ text: ArraySlice<UInt8>) -> ProgramImage {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let line = text.prefix { $0 != 0x0A && $0 != 0 }.drop(while: isBlank)
        let interpreter = line.prefix { !isBlank($0) }
        var argument = line[interpreter.endIndex...].drop(while: isBlank)
        while let last = argument.last, isBlank(last) { argument.removeLast() }
        return interpreter.isEmpty
            ? .unknown : .script(interpreter: ByteString(interpreter), argument: ByteString(argument))
    }

    private static func executable(_ bytes: [UInt8], _ machine: UInt16) -> ProgramImage {
        // EI_CLASS: 2 is 64-bit; EI_DATA: 1 is little-endian.
        guard bytes.count >= 64, bytes[4] == 2, bytes[5] == 1, number(bytes, 18, 2) == UInt64(machine) else {
            return .foreign
        }
        let (table, size, count) = (number(bytes, 32, 8), number(bytes, 54, 2), number(bytes, 56, 2))
        // The kernel executes no file with headers of another size, and headers of size 0 would all be the same header.
        guard count == 0 || size == 56 else { return .unknown }
        var isDynamic = false
        for index in 0..<count {
            let (place, overflow) = table.addingReportingOverflow(index * size)
            guard !overflow, place <= UInt64(bytes.count - 56) else { break }
            let header = Int(place)
            switch number(bytes, header, 4) {
            case 3: isDynamic = true  // PT_INTERP
            case 4 where hasGoNote(bytes, header): return .go  // PT_NOTE
            default: break
            }
        }
        return isDynamic ? .dynamic : .linkedStatically
    }

    /// Whether a segment contains a note named `Go`, as in the build ID of a Go program.
    ///
    /// The note need not be the first if a linker other than Go's was used, as for programs that use C.
    private static func hasGoNote(_ bytes: [UInt8], _ header: Int) -> Bool {
        guard var at = Int(exactly: number(bytes, header + 8, 8)),
            let size = Int(exactly: number(bytes, header + 32, 8)), at <= bytes.count
        else { return false }
        let end = min(bytes.count, size > bytes.count - at ? bytes.count : at + size)
        let alignment: UInt64 = number(bytes, header + 48, 8) == 8 ? 8 : 4
        while at <= end - 16 {
            let name = number(bytes, at, 4)
            if name == 4, bytes[(at + 12)..<(at + 16)].elementsEqual([0x47, 0x6F, 0, 0]) { return true }
            let description = (12 + name + alignment - 1) / alignment * alignment
            let length = (description + number(bytes, at + 4, 4) + alignment - 1) / alignment * alignment
            at += Int(min(length, UInt64(bytes.count)))
        }
        return false
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
        UInt64(littleEndianBytes: bytes[offset..<offset + size])
    }
}
