// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import Testing

/// What others wrote, as it is shown.
@Suite struct EscapingTests {
    @Test(
        "Hidden characters are shown",
        arguments: [
            ("", ""), ("plain text, 100 % of it: ~/a-b_c", "plain text, 100 % of it: ~/a-b_c"),
            ("a\nb\tc\rd", "a\\nb\\tc\\rd"), ("\u{1B}[31mred", "\\x1b[31mred"), ("\u{0}\u{7}\u{7F}", "\\x00\\x07\\x7f"),
            ("a\\nb", "a\\\\nb"), ("\\", "\\\\"), ("\u{85}\u{9B}31m", "\\u{85}\\u{9b}31m"),
            ("\u{202E}gnp.exe\u{2066}\u{200F}\u{61C}", "\\u{202e}gnp.exe\\u{2066}\\u{200f}\\u{61c}"),
            ("a\u{2028}b\u{2029}c\u{200B}\u{FEFF}\u{AD}", "a\\u{2028}b\\u{2029}c\\u{200b}\\u{feff}\\u{ad}"),
            ("\u{E0041}\u{FFFF}", "\\u{e0041}\\u{ffff}"), ("grün 日本 🦊 e\u{301}", "grün 日本 🦊 e\u{301}"),
        ] as [(String, ByteString)]
    )
    func showsHiddenCharacters(_ text: String, _ shown: ByteString) {
        #expect(ByteString(text).escaped == shown)
        #expect(shown.isVisible)
        #expect(ByteString(text).isVisible == (shown == ByteString(text.replacing("\\", with: "\\\\"))))
    }

    @Test(
        "Bytes that are not UTF-8 are shown",
        arguments: [
            ([0x80, 0x9B, 0xFF], "\\x80\\x9b\\xff"), ([0xC3], "\\xc3"), ([0xC3, 0x28], "\\xc3("),
            // Overlong forms, halves of pairs, and numbers above the last one are not UTF-8.
            ([0xC0, 0x8A], "\\xc0\\x8a"), ([0xE0, 0x80, 0x8A], "\\xe0\\x80\\x8a"),
            ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"),
            ([0xF4, 0x90, 0x80, 0x80], "\\xf4\\x90\\x80\\x80"), ([0xF0, 0x9F, 0xA6], "\\xf0\\x9f\\xa6"),
            ([0xE2, 0x80, 0xC3, 0xBC], "\\xe2\\x80ü"),
        ] as [([UInt8], ByteString)]
    )
    func showsBytesThatAreNotUTF8(_ bytes: [UInt8], _ shown: ByteString) {
        #expect(ByteString(bytes).escaped == shown)
        #expect(!ByteString(bytes).isVisible && !UTF8Characters(ByteString(bytes)).isValid)
    }

    /// The table beside what Unicode says, for every character that there is.
    @Test("The hidden characters are all known") func knowsTheHiddenCharacters() {
        var (hidden, visible) = (0, 0)
        for number in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(number) else { continue }
            let properties = scalar.properties
            switch properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                hidden += 1
                if !HiddenCharacters.contain(number) { Issue.record("U+\(String(number, radix: 16)) is hidden") }
            case .unassigned, .privateUse, .surrogate: break
            default:
                if properties.isDefaultIgnorableCodePoint {
                    if !HiddenCharacters.contain(number) { Issue.record("U+\(String(number, radix: 16)) is hidden") }
                } else {
                    visible += 1
                    if HiddenCharacters.contain(number) { Issue.record("U+\(String(number, radix: 16)) is visible") }
                }
            }
            if properties.isNoncharacterCodePoint, !HiddenCharacters.contain(number) {
                Issue.record("U+\(String(number, radix: 16)) is no character")
            }
        }
        #expect(hidden > 200 && visible > 140_000)
    }

    /// Texts of a few dangerous bytes: each is shown in one way, and no two in the same.
    @Test("Different texts stay different") func differentTextsStayDifferent() {
        let alphabet: [UInt8] = [0x0A, 0x1B, 0x5C, 0x6E, 0x78, 0x31, 0x62, 0x22, 0x9B, 0xC2, 0xEF, 0xBF, 0xBD]
        var texts: [[UInt8]] = [[]]
        for _ in 0..<4 { texts += texts.flatMap { text in alphabet.map { text + [$0] } } }
        let all = Set(texts.map { ByteString($0) })
        #expect(all.count > 30_000)
        #expect(Set(all.map(\.escaped)).count == all.count)
        #expect(Set(all.map(\.quotedForLog)).count == all.count)
        #expect(Set(all.map(\.fieldOfLog)).count == all.count)
        #expect(Set(all.map(\.jsonText)).count == all.count)
        #expect(all.allSatisfy { $0.escaped.isVisible && $0.quotedForLog.isVisible })
    }

    @Test(
        "A field of a log is nothing but itself",
        arguments: [
            ("nginx", "\"nginx\"", "nginx"), ("ngi)nx", "\"ngi\\x29nx\"", "\"ngi\\x29nx\""), ("", "\"\"", "\"\""),
            ("a b\"c\\d", "\"a\\x20b\\x22c\\x5cd\"", "\"a\\x20b\\x22c\\x5cd\""),
            ("kworker/0:1-x", "\"kworker/0:1-x\"", "kworker/0:1-x"),
            ("ü\u{1B}\n", "\"\\xc3\\xbc\\x1b\\x0a\"", "\"\\xc3\\xbc\\x1b\\x0a\""),
            ("/etc/lowport/rules.d/a.rules", "\"/etc/lowport/rules.d/a.rules\"", "/etc/lowport/rules.d/a.rules"),
        ] as [(ByteString, ByteString, ByteString)]
    )
    func quotesFieldsOfLogs(_ text: ByteString, _ quoted: ByteString, _ field: ByteString) {
        #expect(text.quotedForLog == quoted && text.fieldOfLog == field)
    }

    @Test("Messages know whose words they have") func messagesKnowWhoseWordsTheyHave() {
        let name: ByteString = "a\n\u{1B}\\b"
        let message: Message = "own\twords: \(name), \(7), \(Message(name)), \("sudo kill 'a\\b'" as ShellCommand)\n"
        #expect(message.shown == "own\twords: a\\n\\x1b\\\\b, 7, a\\n\\x1b\\\\b, sudo kill 'a\\b'\n")
        #expect(message.original == "own\twords: a\n\u{1B}\\b, 7, a\n\u{1B}\\b, sudo kill 'a\\b'\n")
        #expect(message.hasCommand && !Message(name).hasCommand)
    }

    @Test("A reader of JSON gets the text back") func jsonComesBack() throws {
        let texts: [ByteString] = [
            "plain", "q\"\\/\n\t\r\u{8}\u{C}", "\u{1B}\u{7F}\u{85}\u{9B}\u{202E}\u{2028}", "\u{E0041}\u{1D173}🦊",
        ]
        for text in texts {
            let quoted = text.quotedForJSON
            #expect(quoted.isVisible)
            let data = Data(("[" + quoted + "]").bytes)
            #expect(try JSONSerialization.jsonObject(with: data) as? [String] == [text.description])
            let encoded = ByteString([UInt8](try JSONEncoder().encode([text.jsonText]))).withoutHiddenCharactersOfJSON
            #expect(encoded.isVisible)
            #expect(try JSONDecoder().decode([String].self, from: Data(encoded.bytes)) == [text.description])
        }
        #expect(ByteString([0x61, 0xFF, 0x09, 0x80]).jsonText == "a\u{FFFD}ff\t\u{FFFD}80")
        #expect(ByteString("\u{FFFD}ff").jsonText == "\u{FFFD}ef\u{FFFD}bf\u{FFFD}bdff")
        #expect(ByteString([0x61, 0xFF]).quotedForJSON == "\"a\u{FFFD}\"")
    }
}
