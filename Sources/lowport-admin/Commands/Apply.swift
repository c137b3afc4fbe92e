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
            says which lines went and came. Files in /etc/lowport/rules.d stay. With
            --name, FILE becomes one of those, and all else stays; each of the files
            *.rules of a directory takes the place of the one with its name there. Other
            comments and empty lines are no difference. If others than root and the user
            of sudo may write to FILE or put it where it is, it is refused. Ends with 0
            whether or not something was different; with --dry-run, with 1 if something
            would be.

            EXAMPLES
              sudo lowport apply web.rules
              lowport apply web.rules --dry-run
              generate-rules | sudo lowport apply - --name web --quiet
              sudo lowport apply /srv/config/rules.d
            """
    )

    @Argument(help: "The rules; - reads standard input. Or a directory of them.", completion: .file())
    var file: BytesArgument

    @Option(help: ArgumentHelp("The file NAME.rules in /etc/lowport/rules.d instead.", valueName: "name"))
    var name: BytesArgument?

    @OptionGroup var editing: EditingOptions

    func run() throws {
        let files = try wanted()
        let invalid = files.map(\.file).filter { !$0.isValid }
        if let first = invalid.first {
            throw failure(
                "\(first.path) has errors; nothing is changed",
                details: invalid.flatMap { file in file.errors.map { "\(file.path):\($0)" } },
                status: Status.badRules
            )
        }
        var total = RulesChange()
        func collect(_ change: RulesChange) {
            total.removed += change.removed
            total.added += change.added
        }
        do {
            for (place, wanted) in files {
                collect(
                    try editing.make(in: .any, nil, at: place, reports: false, collect: collect) {
                        $0.applied(wanted.content)
                    }
                )
            }
        } catch {
            // What was done stays.
            if !total.isEmpty { try editing.report(total) }
            throw error
        }
        try editing.report(total)
        if !editing.quiet, files.contains(where: { $0.place == .main }) { reportWhatElseAllows() }
        if editing.isDryRun, !total.isEmpty { throw Status.no }
    }

    /// The places and what is to be there.
    private func wanted() throws -> [(place: RulesPlace, file: RulesFile)] {
        if (try? FileStatus(of: file.bytes))?.kind == .directory { return try filesOfDirectory() }
        guard let name else { return [(.main, try RulesFile(trusting: file.bytes))] }
        guard let place = RulesPlace.extra(of: name.bytes) else {
            throw failure(
                "--name \(name.bytes): expected letters, digits, -, _ and dots, and no dot first",
                status: Status.usage
            )
        }
        return [(place, try RulesFile(trusting: file.bytes))]
    }

    private func filesOfDirectory() throws -> [(place: RulesPlace, file: RulesFile)] {
        if name != nil { throw failure("--name is for a file, and \(file.bytes) is a directory", status: Status.usage) }
        let names: [ByteString]
        do throws(Errno) {
            names = try FileDescriptor.open(file.bytes, [.readOnly, .directory]).names()
        } catch { throw failure("cannot read \(file.bytes): \(error.sentence)", status: Status.system) }
        let wanted = names.filter(RuleStore.reads).sorted()
        if wanted.isEmpty { throw failure("no file in \(file.bytes) has a name like *.rules", status: Status.usage) }
        return try wanted.map { (.extra($0), try RulesFile(trusting: "\(file.bytes)/\($0)")) }
    }

    /// Reports the other files with rules, which a user who states the whole policy may have forgotten.
    private func reportWhatElseAllows() {
        for file in RuleStore.system.load().files where file.path != RuleStore.mainPath && !file.rules.isEmpty {
            printError("note: \(file.path) stays, and allows what it allows")
        }
    }
}
