// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The name of a unit (systemd.unit(5)): `site.service`, `site@shop.service`.
package struct UnitName: Hashable, Sendable {
    /// The name with its suffix.
    package let text: ByteString
    /// What comes before the `@`, or before the suffix.
    package let prefix: ByteString
    /// What comes after the `@`, or nil without one; empty for a template.
    package let instance: ByteString?
    /// The suffix, with the dot.
    package let suffix: ByteString

    /// Parses `text`; a name without a suffix is that of a service. Nil if it cannot be the name of a unit.
    package init?(_ text: ByteString) {
        let suffixes: [ByteString] = [".service", ".socket"]
        let suffix = suffixes.first { text.hasSuffix($0) }
        let whole = suffix == nil ? text + ".service" : text
        let stem = ByteString(whole.bytes.dropLast((suffix ?? ".service").count))
        guard !stem.isEmpty, stem != "@", whole.count < 256, stem.bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.text = whole
        self.suffix = suffix ?? ".service"
        if let sign = stem.bytes.firstIndex(of: UInt8(ascii: "@")) {
            prefix = ByteString(stem.bytes[..<sign])
            instance = ByteString(stem.bytes[(sign + 1)...])
        } else {
            prefix = stem
            instance = nil
        }
        if prefix.isEmpty { return nil }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: Digits.isDecimal(byte) || (":-_.\\@" as ByteString).bytes.contains(byte)
        }
    }

    /// The name of the template that this is an instance of; nil if it is none.
    package var template: ByteString? {
        guard let instance, !instance.isEmpty else { return nil }
        return "\(prefix)@\(suffix)"
    }

    /// The directories of drop-ins, without the parents, the most specific first.
    package var dropInDirectories: [ByteString] {
        var names = [text] + (template.map { [$0] } ?? [])
        var stem = prefix.bytes[...]
        if stem.last == UInt8(ascii: "-") { stem = stem.dropLast() }
        while let dash = stem.lastIndex(of: UInt8(ascii: "-")), dash > 0 {
            let chopped = ByteString(stem[...dash])
            if let instance, !instance.isEmpty { names.append("\(chopped)@\(instance)\(suffix)") }
            names.append(chopped + (instance == nil ? "" : "@") + suffix)
            stem = stem[..<dash]
        }
        return names.map { $0 + ".d" } + [ByteString(suffix.bytes.dropFirst()) + ".d"]
    }

    /// The text with its specifiers replaced; nil if it has one that is known only when the service starts.
    package func expanding(_ text: ByteString) -> ByteString? {
        var result: [UInt8] = []
        var rest = text.bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let specifier = rest.popFirst() else {
                result.append(byte)
                continue
            }
            guard let value = value(of: specifier) else { return nil }
            result += value
        }
        return ByteString(result)
    }

    /// The first specifier in `text` that is known only when the service starts, with its `%`; nil if there is none.
    func unknownSpecifier(in text: ByteString) -> ByteString? {
        var rest = text.bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let specifier = rest.popFirst() else { continue }
            if value(of: specifier) == nil { return ByteString([byte, specifier]) }
        }
        return nil
    }

    /// What the specifier `%` with this letter stands for (systemd.unit(5), "Specifiers").
    private func value(of specifier: UInt8) -> [UInt8]? {
        switch specifier {
        case UInt8(ascii: "%"): [specifier]
        case UInt8(ascii: "n"): text.bytes
        case UInt8(ascii: "N"): Array(text.bytes.dropLast(suffix.count))
        case UInt8(ascii: "p"): prefix.bytes
        case UInt8(ascii: "P"): prefix.unescapedUnitName
        case UInt8(ascii: "i"): (instance ?? "").bytes
        case UInt8(ascii: "I"): (instance ?? "").unescapedUnitName
        case UInt8(ascii: "j"): lastPart.bytes
        case UInt8(ascii: "J"): lastPart.unescapedUnitName
        // Those of the service manager, not of `User=`.
        case UInt8(ascii: "u"), UInt8(ascii: "g"): ("root" as ByteString).bytes
        case UInt8(ascii: "h"): ("/root" as ByteString).bytes
        case UInt8(ascii: "U"), UInt8(ascii: "G"): [UInt8(ascii: "0")]
        case UInt8(ascii: "t"): ("/run" as ByteString).bytes
        case UInt8(ascii: "S"): ("/var/lib" as ByteString).bytes
        case UInt8(ascii: "E"): ("/etc" as ByteString).bytes
        default: nil
        }
    }

    /// What comes after the last dash of the prefix.
    private var lastPart: ByteString {
        prefix.bytes.lastIndex(of: UInt8(ascii: "-")).map { ByteString(prefix.bytes[($0 + 1)...]) } ?? prefix
    }
}

extension ByteString {
    /// The prefix of a name, as a part of another name: in that of a slice, a dash divides (systemd-escape(1)).
    var escapedUnitName: ByteString {
        let digits = ("0123456789abcdef" as ByteString).bytes
        return ByteString(
            bytes.enumerated().flatMap { index, byte -> [UInt8] in
                let isKept = byte != UInt8(ascii: "-") && byte != UInt8(ascii: "\\")
                if isKept, index > 0 || byte != UInt8(ascii: ".") { return [byte] }
                return ("\\x" as ByteString).bytes + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        )
    }

    /// The bytes that systemd-escape(1) turned into this text: `-` stands for `/`, and `\x2d` for a byte.
    fileprivate var unescapedUnitName: [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3, rest.first == UInt8(ascii: "x"),
                let value = Digits.number(rest.dropFirst().prefix(2), base: 16, upTo: 255)
            {
                result.append(UInt8(value))
                rest = rest.dropFirst(3)
            } else {
                result.append(byte == UInt8(ascii: "-") ? UInt8(ascii: "/") : byte)
            }
        }
        return result
    }
}
