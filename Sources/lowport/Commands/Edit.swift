// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// `lowport edit`.
struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the rules with an editor, and check them before they count.",
        discussion: """
            Opens a copy of /etc/lowport/rules with SUDO_EDITOR, VISUAL, EDITOR or else
            editor(1), vi or nano. Until the editor ends, nobody else can change the
            rules. If the copy has faults, asks what now: edit again, or leave without
            saving. A file with faults is never put in place, since it would allow
            nothing.

            EXAMPLES
              sudo lowport edit
              sudo EDITOR=nano lowport edit
            """
    )

    @Flag(name: .shortAndLong, help: "Say nothing unless something fails.")
    var quiet = false

    func run() throws {
        let transaction = try reporting { () throws(UpdateError) in try RuleStore.system.beginEditing() }
        let original = try reporting { () throws(UpdateError) in try transaction.current() }
        let draft = try reporting { () throws(UpdateError) in try transaction.draft(of: original.content) }
        let edited = try self.edited(draft)
        _ = consume draft
        let change = original.replaced(by: edited.content)
        if !change.isEmpty {
            try reporting { () throws(UpdateError) in try transaction.install(edited.content) }
        }
        _ = consume transaction
        if !change.isEmpty { try bringIntoKernel(change, before: original.content, ifItFails: .stay) }
        if !quiet { try say(change) }
    }

    /// The copy, once it is without faults.
    private func edited(_ draft: borrowing RulesDraft) throws -> RulesFile {
        while true {
            try Editor.open(draft.path)
            let content = try reporting { () throws(UpdateError) in try draft.content() }
            let file = RulesFile(path: RuleStore.mainPath, content: content)
            if file.isValid { return file }
            for error in file.errors { note(message: "\(file.path):\(error)") }
            guard wantsToEditAgain() else {
                throw failure("the copy has faults; nothing is changed", status: Status.badRules)
            }
        }
    }

    /// Asks until there is an answer; the end of the input is one, too.
    private func wantsToEditAgain() -> Bool {
        while true {
            ask("What now? (e)dit again, e(x)it without saving: ")
            switch readAnswer() {
            case "e": return true
            case "x", nil: return false
            default: note("Answer e or x.")
            }
        }
    }
}
