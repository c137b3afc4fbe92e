// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy
package import LowportPolicyInventory
package import LowportPrograms

/// The programs that are declared to keep capabilities (lowport.programs(5)), and what is not as it is declared.
enum KeptProgramHealth {
    /// Programs that lack what they are to keep, or cannot get it.
    static func faults(_ contents: ProgramsStore.Contents) -> [ProgramHealth.Fault] {
        contents.programs.compactMap { program, location in
            let what = program.capabilitiesText
            switch program.state {
            case .kept, .absent: return nil
            case .lacking(let since):
                return ProgramHealth.Fault(
                    path: program.path,
                    text:
                        "is without \(what) since its file changed at \(Timestamp(rawValue: since)), and \(location) keeps it",
                    remedy: "sudo lowport programs apply"
                )
            case .unfit(let reason):
                return ProgramHealth.Fault(
                    path: program.path,
                    text: "\(reason), and does not get the \(what) of \(location)",
                    remedy: nil
                )
            }
        }
    }

    /// Errors of the files, and lines without a program, as `lowport check` says them.
    static func diagnostics(_ contents: ProgramsStore.Contents) -> [PolicyDiagnostic] {
        contents.diagnostics
            + contents.programs.compactMap { program, location in
                guard program.state == .absent else { return nil }
                let text: Message = "\(program.path) is not there"
                return PolicyDiagnostic(text, path: location.file, line: location.line, .warning)
            }
    }

    /// Errors of the files, and what keeps the declarations from being applied, for `lowport doctor`.
    static func findings(_ contents: ProgramsStore.Contents) -> [HealthDiagnostic] {
        let errors = contents.diagnostics.map {
            HealthDiagnostic("programs", .error, $0.asMessage.original, remedy: "lowport check")
        }
        if contents.programs.isEmpty || UpgradeWatch.isEnabled { return errors }
        return errors + [
            HealthDiagnostic(
                "programs",
                .note,
                "after an upgrade, nothing gives programs the capabilities that they are declared to keep",
                remedy: "sudo lowport programs enable"
            )
        ]
    }
}

extension ProgramsStore.Contents {
    /// The errors because of which files or directories give nothing.
    package var diagnostics: [PolicyDiagnostic] {
        // Of an owner whom nobody can see here, the rules' own line speaks.
        let refused = readErrors.filter { !$0.isOfHiddenOwner }.map { refusal in
            // The text of a read error begins with its path.
            let message = ByteString(refusal.byteString.bytes.dropFirst(refusal.path.count + 2))
            return PolicyDiagnostic(Message(message), path: refusal.path, .error)
        }
        return files.reduce(into: refused) { all, file in all += file.diagnostics }
    }
}

extension ProgramsFile {
    /// The errors of the file.
    package var diagnostics: [PolicyDiagnostic] {
        errors.map { PolicyDiagnostic($0.message, path: path, line: $0.line, column: $0.column, .error) }
    }
}
