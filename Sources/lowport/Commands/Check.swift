// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// `lowport check`.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for faults in the rules.",
        discussion: """
            Without FILE: the rules of this machine, with the owners and modes of the files and the folders above them.
            With FILE: the text of the files alone, wherever they lie, so that they can be checked before they are put in
            place. Ends with 0 if there is no fault and 1 if there is one; warnings are not faults.

            EXAMPLES
              lowport check
              lowport check new.rules && sudo install -m 644 new.rules /etc/lowport/rules.d/
            """
    )

    @Argument(help: "Rules files.", completion: .file())
    var files: [String] = []

    @Flag(name: .shortAndLong, help: "Write only faults, no warnings and no summary.")
    var quiet = false

    func run() throws {
        let contents = try files.isEmpty ? RuleStore.system.load() : read()
        let faults = Fault.all(in: contents, now: Timestamp(rawValue: WallClock.seconds))
        for fault in faults where fault.isSerious || !quiet {
            try say(fault.isSerious ? fault.text : "\(fault.text) (warning)")
        }
        if faults.contains(where: \.isSerious) { throw Status.no }
        if quiet { return }
        let count = contents.files.map(\.rules.count).reduce(0, +)
        func counted(_ number: Int, _ noun: ByteString) -> ByteString { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        try say("\(counted(count, "rule")) in \(counted(contents.files.count, "file")): no faults")
    }

    private func read() throws -> RuleStore.Contents {
        var contents = RuleStore.Contents()
        for path in files.map({ ByteString($0) }) {
            do throws(Errno) {
                let file = try FileDescriptor.open(path, .readOnly)
                let content = try file.readToEnd(limit: RulesFile.maximumSize)
                contents.files.append(RulesFile(path: path, content: content))
            } catch { throw failure("cannot read \(path): \(error.sentence)", status: Status.system) }
        }
        return contents
    }
}
