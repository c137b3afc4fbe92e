// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// `lowport enforce status`.
struct EnforceStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the kernel enforces.",
        discussion: "Ends with 1 if it enforces nothing."
    )

    @Flag(help: "Write JSON (schema lowport.enforce/1).")
    var json = false

    func run() throws {
        let answer: EnforceAnswer
        do throws(EnforcementError) { answer = EnforceAnswer(try KernelEngine.status()) } catch {
            switch error {
            case .notEnabled where json:
                try printJSON(EnforceAnswer())
                throw Status.no
            case .notPermitted:
                // What root has written for everybody.
                guard let state = EngineState.current() else { throw error.reported() }
                answer = EnforceAnswer(state)
            default: throw error.reported()
            }
        }
        try json ? printJSON(answer) : printOut(lines: answer.lines)
    }
}

/// `lowport enforce show-program`.
struct EnforceShowProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show-program",
        abstract: "Print the programs that would be loaded for the rules, for review."
    )

    func run() throws {
        let limit = EngineSettings.currentLimit()
        let reading = PolicyReading.ofSystem()
        for error in reading.errors { printError(message: error.message) }
        let table = PolicyTable(reading.policy, limit: limit, names: SystemPolicyNames())
        let network = try enforcing { () throws(EnforcementError) in try KernelEngine.currentNetwork() }
        let options = ProgramOptions.forRunningKernel(table, network: network)
        for (family, title) in [(BindFamily.v4, "cgroup/bind4"), (.v6, "cgroup/bind6")] {
            try printOut("; \(ByteString(title))")
            try printOut(lines: ByteString(table.program(for: family, options).listing).split(on: UInt8(ascii: "\n")))
        }
    }
}
