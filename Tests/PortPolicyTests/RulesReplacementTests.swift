// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import LowportPolicyEditing
import Testing

/// What is told when a whole file takes the place of another.
@Suite struct RulesReplacementTests {
    private func change(_ old: ByteString, _ new: ByteString) -> RulesChange {
        RulesFile(path: "rules", content: old.bytes).replaced(by: new.bytes)
    }

    @Test("The lines are told that one alone has") func tellsTheLinesThatOneAloneHas() {
        let change = change("# a\nallow everyone tcp 1\n\n", "# a\n\nallow everyone tcp 2\n\n")
        #expect(change.removed == ["allow everyone tcp 1"])
        #expect(change.added == ["allow everyone tcp 2", ""])
        #expect(ByteString(change.content) == "# a\n\nallow everyone tcp 2\n\n")
    }

    @Test("A missing line end is no difference") func aMissingLineEndIsNoDifference() {
        #expect(change("allow everyone tcp 1", "allow everyone tcp 1\n").isEmpty)
        #expect(change("", "").isEmpty)
        #expect(!change("", "\n").isEmpty)
    }

    @Test("Moved lines are told if nothing else is") func movedLinesAreToldIfNothingElseIs() {
        let change = change("a\nb\nc\nd\n", "a\nc\nb\nd\n")
        #expect(change.removed == ["b", "c"])
        #expect(change.added == ["c", "b"])
    }
}
