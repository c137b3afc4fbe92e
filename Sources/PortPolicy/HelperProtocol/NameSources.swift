// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Where the machine finds users and groups, as nsswitch.conf(5) says.
public enum NameSources {
    /// Whether the file `content` names a source of users or groups other than /etc/passwd and /etc/group.
    public static func areOtherThanFiles(in content: [UInt8]) -> Bool {
        for line in ByteString(content).split(on: UInt8(ascii: "\n")) {
            let text = line.bytes.prefix { $0 != UInt8(ascii: "#") }
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let database = word(text[..<colon])
            guard database == "passwd" || database == "group" else { continue }
            if hasOtherSource(text[(colon + 1)...]) { return true }
        }
        return false
    }

    private static func hasOtherSource(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text.drop(while: isBlank)
        while let first = rest.first {
            // What is done with the answer: [NOTFOUND=return].
            if first == UInt8(ascii: "[") {
                rest = rest.drop { $0 != UInt8(ascii: "]") }.dropFirst().drop(while: isBlank)
                continue
            }
            let source = rest.prefix { !isBlank($0) && $0 != UInt8(ascii: "[") }
            if ByteString(source) != "files" { return true }
            rest = rest[source.endIndex...].drop(while: isBlank)
        }
        return false
    }

    private static func word(_ text: ArraySlice<UInt8>) -> ByteString {
        var word = text.drop(while: isBlank)
        while let last = word.last, isBlank(last) { word.removeLast() }
        return ByteString(word)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
