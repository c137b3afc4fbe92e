// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Landlock and other security modules, whose error comes before all others.
struct LandlockExaminer: Examiner {
    static let role = Role.circumstance

    /// The first file that this process may not execute, although its mode allows it; nil if there is none.
    var refused: ByteString?

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        if context.sandboxError == .permissionDenied { return [.landlockRefusesBind(context)] }
        if let refused { return [.landlockRefuses("executing \(refused)")] }
        let process = context.process
        guard process.isRunning, process.credentials.hasNoNewPrivileges, !process.isUnderBroker else { return [] }
        return [
            Finding(
                .landlock,
                .informs,
                "the kernel does not report whether the process has restricted itself with Landlock"
            )
        ]
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        findings.isBlocked(by: .landlock) ? [SandboxProbe.escape(context)] : []
    }
}

extension LandlockExaminer {
    init(lookingAt context: BindContext) {
        // Of the limits of others nothing is known.
        guard !context.process.isRunning, context.unit == nil, let program = context.program,
            context.request.user == CurrentProcess.realUser, CurrentProcess.realUser == CurrentProcess.effectiveUser
        else { return }
        refused = (program.scripts + [program.path]).first { path in
            do throws(Errno) { try checkExecution(of: path) } catch {
                return error == .permissionDenied && accessError(.execute, to: path) == nil
            }
            return false
        }
    }
}

extension Finding {
    /// What a security module keeps this process from, whatever allows it otherwise.
    fileprivate static func landlockRefuses(_ what: ByteString) -> Finding {
        Finding(.landlock, .blocks, "Landlock, or another security module, keeps this process from \(what)")
    }

    /// Likewise, from the bind that is asked about.
    static func landlockRefusesBind(_ context: BindContext) -> Finding {
        landlockRefuses("binding \(context.transportName) \(context.request.port)")
    }
}
