// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing

/// `lowport apply`.
struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the rules equal to a file.",
        discussion: """
            Checks FILE and puts it in the place of /etc/lowport/rules, in one step, and
            says which lines went and came. Files in /etc/lowport/rules.d stay. If others
            than root and the user of sudo may write to FILE or put it where it is, it is
            refused. Ends with 0 whether or not something was different; with --dry-run,
            ends with 1 if something would be.

            EXAMPLES
              sudo lowport apply web.rules
              lowport apply web.rules --dry-run
              generate-rules | sudo lowport apply - --quiet
            """
    )

    @Argument(help: "The rules; - reads standard input.", completion: .file())
    var file: BytesArgument

    @OptionGroup var editing: EditingOptions

    func run() throws {
        let wanted = try RulesFile(trusting: file.bytes)
        guard wanted.isValid else {
            throw failure(
                "\(wanted.path) has errors; nothing is changed",
                details: wanted.errors.map { "\(wanted.path):\($0)" },
                status: Status.badRules
            )
        }
        let change = try editing.make(in: .any, nil) { current in current.replaced(by: wanted.content) }
        if !editing.quiet { reportWhatElseAllows() }
        if editing.isDryRun, !change.isEmpty { throw Status.no }
    }

    /// Reports the other files with rules, which a user who states the whole policy may have forgotten.
    private func reportWhatElseAllows() {
        for file in RuleStore.system.load().files where file.path != RuleStore.mainPath && !file.rules.isEmpty {
            printError("note: \(file.path) stays, and allows what it allows")
        }
    }
}
