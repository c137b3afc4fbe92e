// SPDX-License-Identifier: Apache-2.0
import LowportLinux

/// A minimal file in ELF with a dynamic section, for tests of what reads one.
struct ElfFile {
    var interpreter: ByteString?
    var needed: [ByteString] = []
    var name: ByteString?
    var path: ByteString?
    var runPath: ByteString?
    var is64Bit = true
    var machine: UInt16 = 62

    /// The bytes of the file, which is loaded as a whole at the address 0x400000.
    var bytes: [UInt8] {
        let word = is64Bit ? 8 : 4
        let (headerSize, segmentSize) = is64Bit ? (64, 56) : (52, 32)
        var strings: [UInt8] = [0]
        var entries: [(Int, Int)] = []
        func add(_ tag: Int, _ text: ByteString?) {
            guard let text else { return }
            entries.append((tag, strings.count))
            strings += text.bytes + [0]
        }
        for library in needed { add(1, library) }
        add(14, name)
        add(15, path)
        add(29, runPath)
        let count = interpreter == nil ? 2 : 3
        let interpreterPlace = headerSize + count * segmentSize
        let text = interpreter.map { $0.bytes + [0] } ?? []
        let dynamicPlace = interpreterPlace + text.count
        let dynamicSize = (entries.count + 2) * 2 * word
        entries += [(5, 0x400000 + dynamicPlace + dynamicSize), (0, 0)]
        let size = dynamicPlace + dynamicSize + strings.count

        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, is64Bit ? 2 : 1, 1, 1] + [UInt8](repeating: 0, count: 9)
        func number(_ value: Int, _ size: Int) {
            file += (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        func segment(_ type: Int, _ offset: Int, _ size: Int) {
            let place = [offset, 0x400000 + offset, 0x400000 + offset, size, size]
            number(type, 4)
            if is64Bit { number(5, 4) }
            for value in place { number(value, word) }
            if !is64Bit { number(5, 4) }
            number(1, word)
        }
        number(3, 2)
        number(Int(machine), 2)
        number(1, 4)
        number(0, word)
        number(headerSize, word)
        number(0, word)
        number(0, 4)
        for value in [headerSize, segmentSize, count, 0, 0, 0] { number(value, 2) }
        segment(1, 0, size)
        segment(2, dynamicPlace, dynamicSize)
        if !text.isEmpty { segment(3, interpreterPlace, text.count) }
        file += text
        for (tag, value) in entries {
            number(tag, word)
            number(value, word)
        }
        return file + strings
    }
}
