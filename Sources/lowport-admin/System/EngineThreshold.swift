// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLinux

/// The first unprivileged port that the kernel engine goes by, which it has from when it got the policy.
enum EngineThreshold {
    /// Loads the policy again if the kernel engine is enabled here and goes by another number than the kernel does now.
    ///
    /// - Returns: a closure that reports why that could not be done, and returns the exit status; nil if nothing is
    ///   left to do.
    static func reload(quiet: Bool) -> (() -> ExitCode)? {
        do throws(EnforcementError) {
            guard try KernelEngine.isEnabled() else { return nil }
            let settings = try KernelEngine.status().settings
            if settings.limit == EngineSettings.currentLimit() { return nil }
            if let network = settings.network, try KernelEngine.currentNetwork() != network {
                if !quiet {
                    printError("note: the kernel engine is enabled for another network namespace, and not changed")
                }
                return nil
            }
            let outcome = try KernelEngine.reload(.refused) { .ofSystem() }
            return outcome.isWhole ? nil : { outcome.reported() }
        } catch {
            return {
                let status = error.reported()
                printError("the threshold is set, but the kernel engine still goes by the old one")
                return status
            }
        }
    }
}
