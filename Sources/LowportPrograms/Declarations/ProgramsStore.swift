// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

/// Where the programs that keep capabilities are declared, and how the files are read safely: as those of the rules, with
/// the same requirements on owners and modes.
///
/// They are not lines of the rules, since the privileged helper reads those: an error in one of the two must not take
/// the other out of effect.
package struct ProgramsStore: Sendable {
    private let rules: RuleStore

    /// The files of this machine, below `/etc/lowport`.
    package static var system: ProgramsStore { ProgramsStore(.system) }

    /// The file that `lowport grant --keep` and `lowport revoke` write.
    package static var mainPath: ByteString { "/etc/lowport/programs" }
    /// The directory of additional files.
    package static var extraPath: ByteString { "/etc/lowport/programs.d" }
    /// The end of the names of files there.
    package static var suffix: ByteString { ".programs" }

    /// Creates the store beside `rules`.
    package init(_ rules: RuleStore) { self.rules = rules }

    /// The result of reading the store.
    package struct Contents: Sendable {
        /// The files that could be read, valid or not, in the order in which they count.
        package var files: [ProgramsFile] = []
        /// The files and directories that were refused.
        package var readErrors: [RuleStore.ReadError] = []

        /// The programs that count.
        package var programs: [(program: KeptProgram, location: RuleLocation)] { files.flatMap(\.programs) }
        /// Whether a file or directory gives nothing because of an error.
        package var hasErrors: Bool { !readErrors.isEmpty || files.contains { !$0.errors.isEmpty } }
    }

    /// Reads `programs` and then `programs.d/*.programs` in the order of their names. A missing file is no error.
    package func load() -> Contents {
        var contents = Contents()
        do throws(RuleStore.ReadError) {
            let directory = try rules.openDirectory()
            contents.add { () throws(RuleStore.ReadError) in try read("programs", in: directory, Self.mainPath) }
            let extra = try rules.openDirectory("programs.d", in: directory, path: Self.extraPath)
            for name in try names(in: extra) {
                let path: ByteString = "\(Self.extraPath)/\(name)"
                contents.add { () throws(RuleStore.ReadError) in try read(name, in: extra, path) }
            }
        } catch { contents.record(error) }
        return contents
    }

    private func names(in directory: borrowing FileDescriptor) throws(RuleStore.ReadError) -> [ByteString] {
        do throws(Errno) {
            return try directory.names().filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }.sorted()
        } catch { throw RuleStore.ReadError(path: Self.extraPath, reason: .failure(error)) }
    }

    private func read(
        _ name: ByteString,
        in directory: borrowing FileDescriptor,
        _ path: ByteString
    ) throws(RuleStore.ReadError) -> ProgramsFile {
        ProgramsFile(path: path, content: try rules.content(of: name, in: directory, path: path))
    }
}

extension ProgramsStore.Contents {
    fileprivate mutating func add(_ read: () throws(RuleStore.ReadError) -> ProgramsFile) {
        do throws(RuleStore.ReadError) { files.append(try read()) } catch { record(error) }
    }

    fileprivate mutating func record(_ refusal: RuleStore.ReadError) {
        if !refusal.isAbsence { readErrors.append(refusal) }
    }
}
