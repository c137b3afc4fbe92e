// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportDiagnosis

/// Unit files as text: systemd.syntax(7).
@Suite struct UnitTextTests {
    private func parse(_ text: ByteString) throws -> UnitText { try UnitText(text.bytes) }

    private func lines(_ text: ByteString) throws -> [ByteString] {
        try parse(text).assignments.map { "\($0.line) [\($0.section)] \($0.name)=\($0.value)" }
    }

    @Test func `assignments have a section, a line and no blanks around them`() throws {
        #expect(
            try lines("# one\n[Unit]\n  After = network.target \r\n\n;two\n[Service]\nUser=a=b\nGroup=")
                == ["3 [Unit] After=network.target", "7 [Service] User=a=b", "8 [Service] Group="]
        )
        #expect(try lines("\u{FEFF}[Service]\nUser=web") == ["2 [Service] User=web"])
    }

    @Test func `a backslash continues a line, over comments, up to the end of the file`() throws {
        #expect(
            try lines("[Service]\nExecStart=/a \\\n# left out\n  -b \\\n\nUser=web\nGroup=x\\")
                == ["2 [Service] ExecStart=/a    -b", "6 [Service] User=web", "7 [Service] Group=x"]
        )
        #expect(try lines("[S]\nA=1\\\\\nB=2") == ["2 [S] A=1\\\\", "3 [S] B=2"])
        #expect(try lines("[S]\nA=1\\\\\\\nB=2") == ["2 [S] A=1\\\\ B=2"])
    }

    @Test func `what systemd skips is told`() throws {
        let text = try UnitText([UInt8]("User=early\n[S]\nbogus\n=value\nA=1\nB=".utf8) + [0xFF])
        #expect(text.assignments.map(\.name) == ["A"])
        #expect(
            text.skipped.map { "\($0.line): \($0.reason)" } == [
                "1: no section stands before it", "3: it assigns nothing to a name", "4: it assigns nothing to a name",
                "6: it is not UTF-8",
            ]
        )
    }

    @Test func `a section without an end is an error`() {
        #expect(throws: UnitText.SyntaxError(line: 2, reason: "a section has no closing bracket")) {
            try parse("[Unit]\n[Service\nUser=web")
        }
    }

    @Test func `commands are divided into words`() {
        #expect(
            UnitWords.split("/a  'b c' \"d'e\" f\\x20g \\t '' h'i j'") == ["/a", "b c", "d'e", "f g", "\t", "", "hi j"]
        )
        #expect(UnitWords.split("a \\q \\0 \\x4 \\101") == ["a", "\\q", "\\0", "\\x4", "A"])
        #expect(UnitWords.split("") == [])
        #expect(UnitWords.split("a 'b") == nil)
        #expect(UnitWords.split("a\\") == ["a\\"])
    }

    @Test func `truth values`() {
        #expect(["1", "yes", "Y", "TRUE", "t", "on"].allSatisfy { UnitWords.flag($0) == true })
        #expect(["0", "no", "N", "false", "F", "Off"].allSatisfy { UnitWords.flag($0) == false })
        #expect(["", "maybe", "2", " yes"].allSatisfy { UnitWords.flag($0) == nil })
    }

    @Test func `names have a prefix, an instance and the directories of their drop-ins`() throws {
        let plain = try #require(UnitName("foo-bar-baz"))
        #expect(plain.text == "foo-bar-baz.service" && plain.instance == nil && plain.template == nil)
        #expect(
            plain.dropInDirectories
                == ["foo-bar-baz.service.d", "foo-bar-.service.d", "foo-.service.d", "service.d"]
        )
        let instance = try #require(UnitName("web@a-b.service"))
        #expect(instance.template == "web@.service" && instance.instance == "a-b")
        #expect(instance.dropInDirectories == ["web@a-b.service.d", "web@.service.d", "service.d"])
        #expect(UnitName("-.socket")?.suffix == ".socket")
        #expect(["", "@", "@a", "a/b", ".service", "a b"].allSatisfy { UnitName($0) == nil })
    }

    @Test func `specifiers are those of the unit`() throws {
        let name = try #require(UnitName("my-site@srv-web\\x2d1.service"))
        #expect(
            name.expanding("%p|%i|%I|%n|%N|%j|%%")
                == "my-site|srv-web\\x2d1|srv/web-1|\(name.text)|my-site@srv-web\\x2d1|site|%"
        )
        #expect(name.expanding("100%") == "100%")
        #expect(name.expanding("%b") == nil)
    }
}
