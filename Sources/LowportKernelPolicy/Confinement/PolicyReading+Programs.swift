// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy
package import LowportPolicyInventory

extension PolicyReading {
    /// The rules for programs that do nothing in the kernel: because the program is not there or not trusted, or because
    /// the kernel does not say which program binds.
    package var idleProgramRules: [PolicyDiagnostic] {
        let rules = policy.permissions.filter { $0.principal.program != nil }
        guard let first = rules.first else { return [] }
        guard KernelTypes.ofRunningKernel().flatMap(ProgramFields.init) != nil else {
            let message: Message =
                "this kernel does not describe its structures (BTF), so that rules for programs do nothing in it"
            return [PolicyDiagnostic(message, path: first.location.file, line: first.location.line, .warning)]
        }
        var seen: [ByteString: ByteString?] = [:]
        return rules.compactMap { rule in
            guard let path = rule.principal.program else { return nil }
            let fault = seen[path] ?? NamedProgram.fault(ofProgramAt: path)
            seen[path] = .some(fault)
            return fault.map { fault in
                let message: Message = "allows nothing: \(path) \(fault)"
                return PolicyDiagnostic(message, path: rule.location.file, line: rule.location.line, .warning)
            }
        }
    }
}
