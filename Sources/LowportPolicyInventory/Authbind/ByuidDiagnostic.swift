// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Why authbind ignores a line of a byuid file that looks like a rule.
enum ByuidDiagnostic {
    /// The error in `line`, which has no newline; nil if it is a rule, a comment or empty.
    static func reason(against line: ArraySlice<UInt8>) -> ByteString? {
        if let rule = ByuidFile.rule(on: line) {
            if rule.lowest > rule.highest { return "the first port is above the last, so that it allows nothing" }
            if rule.first > rule.last { return "the first address is above the last, so that it allows nothing" }
            return nil
        }
        let text = trimmed(line)
        if text.isEmpty || text.first == UInt8(ascii: "#") { return nil }
        if text.count > ByuidFile.longestLine {
            return "is passed over: it has more than \(ByuidFile.longestLine) bytes"
        }
        for (reason, mended) in repairs(of: text) where ByuidFile.rule(on: mended) != nil {
            return "is passed over: \(reason); did you mean \"\(ByteString(mended))\"?"
        }
        return "is passed over: expected ADDRESS,PORTS or ADDRESS/LENGTH,PORTS with PORTS as N or N-M"
    }

    /// Common mistakes: why each is ignored, and the corrected line.
    private static func repairs(of text: ArraySlice<UInt8>) -> [(ByteString, ArraySlice<UInt8>)] {
        let code = trimmed(text.prefix { $0 != UInt8(ascii: "#") })
        let dense = code.filter { !Digits.isBlank($0) }[...]
        let bare = dense.filter { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") }[...]
        let everywhere = ByteString("0.0.0.0/0").bytes
        var repairs: [(ByteString, ArraySlice<UInt8>)] = [
            ("nothing may stand in front of the address", text),
            ("nothing may stand behind the ports, not even a comment", code),
            ("there are no blanks in a rule", dense),
            ("addresses have no brackets", bare),
        ]
        if let prefix = withoutHostBits(dense) {
            repairs.append(("there are bits set behind the prefix", prefix))
        }
        if let comma = dense.firstIndex(of: UInt8(ascii: ",")), dense[..<comma].elementsEqual([UInt8(ascii: "*")]) {
            repairs.append(("every address is a prefix of length 0", (everywhere + dense[comma...])[...]))
        }
        return repairs
    }

    /// `127.0.0.1/8,80` with the first address of the prefix.
    private static func withoutHostBits(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let comma = text.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        guard let prefix = AddressPrefix.withoutHostBits(ByteString(text[..<comma])) else { return nil }
        return (prefix.byteString.bytes + text[comma...])[...]
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = line.drop(while: Digits.isBlank)
        while let last = text.last, Digits.isBlank(last) { text.removeLast() }
        return text
    }
}
