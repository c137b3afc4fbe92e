// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing
internal import LowportPrograms

/// Gives the programs of lowport.programs(5) what they lack.
///
/// A program that a line of the rules confines gets its capability only as a file that the kernel confines: the policy is
/// loaded for it first.
struct KeptProgramsUpdate {
    /// A line and what became of it.
    struct Result {
        let program: KeptProgram
        let location: RuleLocation
        /// Whether the program had its capabilities before.
        let before: ProgramState
        let outcome: ProgramApplication
    }

    let isDryRun: Bool

    /// Applies all lines that count, in their order.
    func run(_ contents: ProgramsStore.Contents) -> [Result] {
        return contents.programs.map { program, location in
            let before = program.state
            let outcome = apply(program)
            if outcome == .given, !isDryRun { ChangeLog.write(RulesChange(added: [Self.line(program)])) }
            return Result(program: program, location: location, before: before, outcome: outcome)
        }
    }

    /// The capability as a line of what a command changes.
    static func line(_ program: KeptProgram) -> ByteString { "\(program.capabilities.text()) \(program.path)" }

    private func apply(_ program: KeptProgram) -> ProgramApplication {
        // Asked again after each load of the policy, should the file be replaced once more in between.
        for _ in 0..<3 {
            var unknown: ByteString?
            let outcome = program.apply(isDryRun: isDryRun) { file in
                unknown = nil
                let programs = ConfinedPrograms()
                if programs.hasErrors { return "gets nothing new: \(ConfinedPrograms.errors)" }
                guard let line = programs.line(of: file.identity) else { return nil }
                guard let engine = EngineState.current(), engine.holdsHere else {
                    return
                        "is confined by \(line.location), and the kernel engine is not enabled here: the capability would be for every port"
                }
                if line.isEnforced(by: engine) { return nil }
                unknown = "is confined by \(line.location)"
                return isDryRun ? nil : "is not known to the kernel yet"
            }
            guard let unknown, !isDryRun else { return outcome }
            do { try bringUpToDate() } catch {
                return .refused("\(unknown), and the kernel could not get the policy for this file")
            }
        }
        return .refused("is confined, and is replaced again and again")
    }
}
