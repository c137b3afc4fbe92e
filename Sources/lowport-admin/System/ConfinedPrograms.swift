// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// The programs that lines of the rules confine: the one place that says whether a file is such a program.
struct ConfinedPrograms {
    /// A line, and the program that it names.
    struct Line {
        let path: ByteString
        let location: RuleLocation
        fileprivate let file: FileIdentity

        /// Whether the engine has this line for this file: it has the rules as they are now, and its file of that name is
        /// this one. Otherwise it may know neither.
        func isEnforced(by engine: EngineState) -> Bool {
            engine.files.agrees(with: .current()) && engine.programs.contains { $0.path == path && $0.file == file }
        }
    }

    private let lines: [Line]
    /// Whether a file of the rules has an error or does not count: what it would confine is not known.
    let hasErrors: Bool

    /// Reads the rules as they are now.
    init(_ store: RuleStore = .system) {
        let contents = store.load()
        hasErrors = !contents.readErrors.isEmpty || contents.files.contains { !$0.isValid }
        lines = contents.files.flatMap(\.confinements).compactMap { confinement, location in
            guard let path = confinement.program, let file = store.identity(ofProgramAt: path) else { return nil }
            return Line(path: path, location: location, file: file)
        }
    }

    /// The line that confines the file, by whatever name; nil if none does.
    func line(of file: FileIdentity) -> Line? { lines.last { $0.file == file } }

    /// The error that keeps programs from getting a capability, as the end of a sentence.
    static let errors: ByteString = "the rules have errors: lowport check"

    /// Throws if the rules have errors: a program that a damaged line confines would get the capability for every port.
    func refuseErrors() throws {
        if !hasErrors { return }
        throw failure(
            "the rules have errors: no program gets a capability",
            hint: "lowport check",
            status: Status.badRules
        )
    }
}
