// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing

/// `lowport edit`.
struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the rules with an editor, and check them before they count.",
        discussion: """
            Opens a copy of /etc/lowport/rules with SUDO_EDITOR, VISUAL, EDITOR or else
            editor(1), vi or nano. Until the editor ends, no other process can change the
            rules. If the copy has errors, asks what now: edit again, or leave without
            saving. A file with errors is never put in place, since it would allow
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
        let edited = try self.edited(draft, original)
        _ = consume draft
        let change = original.replaced(by: edited.content)
        let rest = try transaction.put(change, insteadOf: original, RulesEffect(from: original, to: edited))
        ChangeLog.write(change, isWhole: rest == nil)
        if !quiet { try printOut(change) }
        if let rest { throw rest() }
    }

    /// The copy, once the copy and everything else that the kernel would have to load with it have no errors.
    private func edited(_ draft: borrowing RulesDraft, _ original: RulesFile) throws -> RulesFile {
        while true {
            try Editor.open(draft.path)
            let content = try reporting { () throws(UpdateError) in try draft.content() }
            let file = RulesFile(path: RuleStore.mainPath, content: content)
            for error in file.errors { printError(message: "\(file.path):\(error)") }
            let errors = file.isValid ? errorsElsewhere(original, file) : []
            for error in errors { printError(message: error.message) }
            if file.isValid && errors.isEmpty { return file }
            guard wantsToEditAgain() else {
                let what: ByteString = file.isValid ? "the rules have" : "the copy has"
                throw failure("\(what) errors; nothing is changed", status: Status.badRules)
            }
        }
    }

    /// The errors that prevent installing the copy. A user who corrects them in the meantime can go on with the same
    /// copy.
    private func errorsElsewhere(_ original: RulesFile, _ edited: RulesFile) -> [PolicyError] {
        if original.content == edited.content || RulesEffect(from: original, to: edited) == .narrows { return [] }
        return KernelForWriters.errors(inTheWayOf: edited.content)
    }

    /// Prompts until there is a valid answer; the end of the input counts as `x`.
    private func wantsToEditAgain() -> Bool {
        while true {
            prompt("What now? (e)dit again, e(x)it without saving: ")
            switch readAnswer() {
            case "e": return true
            case "x", nil: return false
            default: printError("Answer e or x.")
            }
        }
    }
}
