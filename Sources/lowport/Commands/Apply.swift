// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// `lowport apply`.
struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the rules equal to a file.",
        discussion: """
            Checks FILE and puts it in the place of /etc/lowport/rules, in one step, and
            says which lines went and came. Files in /etc/lowport/rules.d stay. Ends with
            0 whether or not something was different; with --dry-run, ends with 1 if
            something would be.

            EXAMPLES
              sudo lowport apply web.rules
              lowport apply web.rules --dry-run
              generate-rules | sudo lowport apply - --quiet
            """
    )

    @Argument(help: "The rules; - reads standard input.", completion: .file())
    var file: String

    @OptionGroup var editing: EditingOptions

    func run() throws {
        let wanted = try RulesFile(reading: file)
        guard wanted.isValid else {
            throw failure(
                "\(wanted.path) has faults; nothing is changed",
                details: wanted.errors.map { "\(wanted.path):\($0)" },
                status: Status.badRules
            )
        }
        let change = try editing.apply(to: .any) { current in current.replaced(by: wanted.content) }
        try editing.report(change)
        if !editing.quiet { noteWhatElseAllows() }
        if editing.isDryRun, !change.isEmpty { throw Status.no }
    }

    /// Names the other files with rules, which somebody who states the whole policy may have forgotten.
    private func noteWhatElseAllows() {
        for file in RuleStore.system.load().files where file.path != RuleStore.mainPath && !file.rules.isEmpty {
            note("note: \(file.path) stays, and allows what it allows")
        }
    }
}

extension RulesFile {
    /// Reads the rules file that somebody named on the command line; `-` is standard input.
    init(reading name: String) throws {
        let path: ByteString = name == "-" ? "standard input" : ByteString(name)
        do throws(Errno) {
            let content =
                name == "-"
                ? try InheritedDescriptor.standardInput.readToEnd(limit: Self.maximumSize)
                : try FileDescriptor.open(path, .readOnly).readToEnd(limit: Self.maximumSize)
            self.init(path: path, content: content)
        } catch { throw failure("cannot read \(path): \(error.sentence)", status: Status.system) }
    }
}
