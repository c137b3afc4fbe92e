// SPDX-License-Identifier: Apache-2.0

/// The file `status` of a process or thread in /proc: lines of a name, a colon and, mostly, numbers
/// (proc_pid_status(5)).
package struct StatusText: Sendable {
    private let text: [UInt8]

    /// Takes the content of the file.
    package init(_ text: [UInt8]) { self.text = text }

    /// The numbers in the first line named `name`; nil without one, or if it has anything but numbers.
    package func numbers(_ name: ByteString, base: UInt8 = 10) -> [UInt64]? {
        var start = 0
        while start < text.count {
            let end = text.position(of: UInt8(ascii: "\n"), from: start)
            let line = text[start..<end]
            if line.starts(with: name.bytes), line.dropFirst(name.count).first == UInt8(ascii: ":") {
                return Self.numbers(in: line.dropFirst(name.count + 1), base: base)
            }
            start = end + 1
        }
        return nil
    }

    /// The capability set in the line named `name`; nil if there is none.
    package func capabilities(_ name: ByteString) -> CapabilitySet? {
        guard let numbers = numbers(name, base: 16), numbers.count == 1 else { return nil }
        return CapabilitySet(rawValue: numbers[0])
    }

    /// The numbers in `line`, separated by blanks; nil if it has anything else.
    static func numbers(in line: ArraySlice<UInt8>, base: UInt8) -> [UInt64]? {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var numbers: [UInt64] = []
        var rest = line.drop(while: isBlank)
        while !rest.isEmpty {
            let word = rest.prefix { !isBlank($0) }
            guard let number = Digits.number(word, base: base) else { return nil }
            numbers.append(number)
            rest = rest[word.endIndex...].drop(while: isBlank)
        }
        return numbers
    }
}
