// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
internal import LowportLinux
package import LowportPolicyInventory
internal import LowportPrograms

/// The programs that have CAP_NET_BIND_SERVICE by their file, had it, or do not get it although their file has it, and those
/// of rules that were replaced.
package enum ProgramHealth {
    /// What is wrong with a program.
    struct Fault: Hashable {
        let path: ByteString
        /// The fault, as a sentence after the path.
        let text: ByteString
        let remedy: ShellCommand?
    }

    /// What is wrong with programs, as `lowport check` and `lowport list` say it.
    package static func diagnostics() -> [PolicyDiagnostic] {
        let kept = ProgramsStore.system.load()
        return KeptProgramHealth.diagnostics(kept)
            + faults(kept).map { fault in
                let way: Message = fault.remedy.map { "; \($0)" } ?? ""
                return PolicyDiagnostic("\(fault.text)\(way)", path: fault.path, .warning)
            }
    }

    /// The same for `lowport doctor`.
    static func findings() -> [HealthDiagnostic] {
        let kept = ProgramsStore.system.load()
        return KeptProgramHealth.findings(kept)
            + faults(kept).map {
                HealthDiagnostic("programs", .error, "\($0.path) \($0.text)", remedy: $0.remedy.map { Message($0) })
            }
    }

    /// The faults, each path once.
    static func faults(_ kept: ProgramsStore.Contents) -> [Fault] {
        var seen: Set<ByteString> = []
        return
            (KeptProgramHealth.faults(kept) + lost(GrantedPrograms.system.paths) + unknownToTheKernel()
            + lostByReplacement() + ineffective())
            .filter { seen.insert($0.path).inserted }
    }

    /// Programs of rules in whose place the kernel engine knows an older file: the new one is neither allowed what the rules
    /// allow, nor confined.
    private static func unknownToTheKernel() -> [Fault] {
        guard let engine = EngineState.current(), engine.holdsHere else { return [] }
        return engine.programs.filter { !$0.isCurrent }.compactMap { program in
            // A file that is gone is what the rule itself is reported for.
            guard (try? FileStatus(of: program.path)) != nil else { return nil }
            return Fault(
                path: program.path,
                text: "was replaced since the kernel got the policy, and the kernel knows the old file",
                remedy: ShellCommand(["sudo", "lowport", "enforce", "reload"])
            )
        }
    }

    /// Programs that were given the capability and do not have it. A file that is gone is no program any more.
    private static func lost(_ paths: [ByteString]) -> [Fault] {
        paths.compactMap { path in
            guard (try? FileStatus(of: path)) != nil, !hasCapability(path) else { return nil }
            return Fault(
                path: path,
                text: "has lost cap_net_bind_service, which lowport grant gave it, as by an upgrade",
                remedy: ShellCommand(["sudo", "lowport", "grant", "--program", ShellCommand.operand(path)])
            )
        }
    }

    /// Programs whose running processes have the capability from a file that another has replaced.
    private static func lostByReplacement() -> [Fault] {
        guard let processes = try? FileDescriptor.open("/proc", [.readOnly, .directory]).names() else { return [] }
        return processes.compactMap { Digits.canonicalNumber($0, upTo: UInt64(Int32.max)).map { Int32($0) } }.sorted()
            .compactMap { process in
                guard let file = ProgramFile(replacingThatOf: process), case .none = file.attribute,
                    let credentials = try? ProcessCredentials(of: process), credentials.user != .root,
                    credentials.effective.contains(.netBindService), credentials.ambient == []
                else { return nil }
                return Fault(
                    path: file.path,
                    text:
                        "was replaced and has no capabilities, while process \(process) still has those of the old file",
                    remedy: ShellCommand(["sudo", "lowport", "grant", "--program", ShellCommand.operand(file.path)])
                )
            }
    }

    /// Programs along PATH whose file has the capability, in vain.
    private static func ineffective() -> [Fault] {
        PrivilegedProgram.alongPath().compactMap { program in
            guard let obstacle = CapabilityStart.obstacles(to: program.path).first else { return nil }
            return Fault(path: program.path, text: "has cap_net_bind_service in vain: \(obstacle)", remedy: nil)
        }
    }

    private static func hasCapability(_ path: ByteString) -> Bool {
        (try? FileCapabilities(ofFile: path))?.permitted.contains(.netBindService) == true
    }
}
