// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import KernelPolicy
internal import Linux
internal import PortPolicy

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
        let status: EngineStatus
        do throws(EnforcementError) { status = try KernelEngine.status() } catch {
            guard json, case .notEnabled = error else { throw error.reported() }
            try printJSON(EnforceAnswer(nil))
            throw Status.no
        }
        if json { return try printJSON(EnforceAnswer(status)) }
        let answer = EnforceAnswer(status)
        try printOut("enabled for ports below \(status.settings.limit), \(answer.networkText)")
        try printOut("control group: inode \(status.cgroup)")
        try printOut(
            "policy: \(status.settings.entries) entries, applied \(answer.applied.map { ByteString($0) } ?? "never")"
        )
        if !status.isCurrent {
            try printOut("files changed since then, and the kernel does not know it: sudo lowport enforce reload")
        }
        if status.hasErrors {
            try printOut(
                "applied with errors: files with errors allow nothing, and confined users stay confined (see lowport check)"
            )
        }
        if status.isHalfChanged {
            try printOut(
                "a change did not get to its end: IPv4 and IPv6 have different policies: sudo lowport enforce reload"
            )
        }
        try printOut("binds: \(BindTotals(status).text)")
        if status.dropped > 0 { try printOut("events lost: \(status.dropped) (see lowport-log(1))") }
    }
}

/// The answer in JSON.
private struct EnforceAnswer: Encodable {
    let schema = "lowport.enforce/1"
    let enabled: Bool
    let limit: UInt16?
    let network: UInt64?
    let cgroup: UInt64?
    let entries: UInt64?
    let applied: String?
    let current: Bool?
    let faulty: Bool?
    let halfChanged: Bool?
    let granted: UInt64?
    let left: UInt64?
    let refused: UInt64?
    let binds: BindTotals?
    let eventsLost: UInt64?

    init(_ status: EngineStatus?) {
        enabled = status != nil
        limit = status?.settings.limit.rawValue
        network = status?.settings.network
        cgroup = status?.cgroup
        entries = status?.settings.entries
        applied = (status?.settings.applied).map { Timestamp(rawValue: $0).byteString.description }
        current = status?.isCurrent
        faulty = status?.hasErrors
        halfChanged = status?.isHalfChanged
        granted = status?.granted
        left = status.map { $0.left.values.reduce(0, +) }
        refused = status?.refused
        binds = status.map { BindTotals($0) }
        eventsLost = status?.dropped
    }

    var networkText: ByteString { network.map { "in the network namespace \($0)" } ?? "in all network namespaces" }
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
