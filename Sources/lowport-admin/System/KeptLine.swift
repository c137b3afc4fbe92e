// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing
internal import LowportPrograms

/// The line of lowport.programs(5) that `lowport grant --keep` writes and `lowport revoke` takes away.
enum KeptLine {
    /// The line for the program at `path`, with a digest of its content if it belongs to no package.
    static func line(for path: ByteString) throws -> KeptProgram {
        let capabilities = CapabilityState(effective: [.netBindService], permitted: [.netBindService])
        var program = KeptProgram(path, capabilities)
        guard path.bytes[...].isProgramPath, !path.bytes.contains(where: { " \t#\n".utf8.contains($0) }) else {
            throw failure("no line can name \(path): blanks, # and what is not seen end a word", status: Status.usage)
        }
        switch PackageManagers.record(of: path) {
        case .owned(let digests) where !digests.isEmpty: break
        case .owned, .unowned:
            do throws(Errno) { program.origin = .content(try FileFingerprint(ofFile: path).digest) } catch {
                throw failure("cannot read \(path): \(error.sentence)", status: Status.system)
            }
        case .unknown(let reason): throw failure("cannot verify \(path): \(reason)", status: Status.system)
        }
        if let doubt = program.doubt {
            throw failure(
                "cannot keep the capability of \(path): it \(doubt)",
                hint: "if it is as it should be, write a line for it with sha256:DIGITS: lowport.programs(5)",
                status: Status.notPermitted
            )
        }
        return program
    }

    /// Writes the line; what it keeps already stays.
    /// - Returns: the change of the file; empty if it has the line.
    static func keep(_ wanted: KeptProgram, isDryRun: Bool) throws -> RulesChange {
        try change(isDryRun: isDryRun) { file in
            var program = wanted
            for line in file.lines {
                guard case .program(let old) = line.content, old.path == wanted.path else { continue }
                program.capabilities.raise(old.capabilities.permitted, in: .permitted)
                program.capabilities.raise(old.capabilities.inheritable, in: .inheritable)
                if old.origin == .unverified { program.origin = .unverified }
            }
            program.capabilities.effective = program.capabilities.permitted.union(program.capabilities.inheritable)
            return file.keeping(program)
        }
    }

    /// Takes CAP_NET_BIND_SERVICE from the lines for the program at `path`.
    static func release(_ path: ByteString, isDryRun: Bool) throws -> RulesChange {
        let contents = ProgramsStore.system.load()
        let main = contents.files.first { $0.path == ProgramsStore.mainPath }
        var change = RulesChange()
        if let main, !main.errors.isEmpty {
            // It gives nothing now. What takes a permission away does not wait for somebody to correct it.
            printError("warning: \(main.path) has errors, and may keep it once they are corrected: lowport check")
        } else if let main, !main.releasing([.netBindService], of: path).isEmpty {
            change = try self.change(isDryRun: isDryRun) { $0.releasing([.netBindService], of: path) }
        }
        for (program, location) in contents.programs
        where program.path == path && location.file != ProgramsStore.mainPath
            && program.capabilities.permitted.contains(.netBindService)
        {
            printError("note: \(location) still keeps \(program.capabilitiesText) for \(path)")
        }
        return change
    }

    /// Takes back what `keep` changed, for a command that could not do the rest.
    static func undo(_ change: RulesChange) {
        if change.isEmpty { return }
        do {
            _ = try self.change(isDryRun: false) { file in
                let rest = file.lines.map { ByteString($0.text) }.filter { !change.added.contains($0) } + change.removed
                let content = rest.reduce(into: [UInt8]()) { $0 += $1.bytes + [UInt8(ascii: "\n")] }
                return RulesChange(removed: change.added, added: change.removed, content: content)
            }
            printError("\(ProgramsStore.mainPath) is as it was before")
        } catch { printError("lowport: nor could \(ProgramsStore.mainPath) be brought back to what it was") }
    }

    private static func change(
        isDryRun: Bool,
        _ change: (ProgramsFile) -> RulesChange
    ) throws -> RulesChange {
        if isDryRun {
            let contents = ProgramsStore.system.load()
            let file = contents.files.first { $0.path == ProgramsStore.mainPath }
            return change(try valid(file ?? ProgramsFile(path: ProgramsStore.mainPath, content: [])))
        }
        let transaction = try reporting { () throws(UpdateError) in
            try RulesTransaction(.system, place: .programs) { RulesPlace.programs.reportWaiting() }
        }
        let content = try reporting { () throws(UpdateError) in try transaction.content() }
        let made = change(try valid(ProgramsFile(path: ProgramsStore.mainPath, content: content)))
        if !made.isEmpty { try reporting { () throws(UpdateError) in try transaction.install(made.content) } }
        return made
    }

    /// The file, which is not changed if it has errors.
    private static func valid(_ file: ProgramsFile) throws -> ProgramsFile {
        if file.errors.isEmpty { return file }
        throw failure(
            "\(file.path) has errors; it is not changed",
            details: file.errors.map { "\(file.path):\($0)" },
            hint: "lowport check",
            status: Status.badRules
        )
    }
}
