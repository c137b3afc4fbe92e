// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportCapabilities
internal import LowportLinux

/// `lowport metrics`.
struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print counters and states for a monitoring system.",
        discussion: """
            Binds by result and by rule, lost events, the age of the policy in the kernel
            and whether it is stale, errors in the policy, and programs that lost a
            capability.

            EXAMPLES
              sudo lowport metrics
              sudo lowport metrics --format prometheus --output /run/metrics/lowport.prom
            """
    )

    @Option(help: "The format; that of Prometheus is for the textfile collector of node_exporter.")
    var format: MetricsFormat = .openmetrics

    @Option(
        help: ArgumentHelp("Replace this file, as a whole, instead of printing.", valueName: "file"),
        completion: .file()
    )
    var output: BytesArgument?

    func run() throws {
        guard CurrentProcess.effectiveUser == .root else {
            throw failure(
                "cannot read the counters: only root sees them",
                hint: "run it as root, with sudo",
                status: Status.notPermitted
            )
        }
        let report = MetricsReport()
        let text = report.families.text(format)
        if let output {
            do throws(NamedFileError) {
                // The directory may be that of the monitoring.
                try text.replaceFile(output.bytes, mode: FileMode(rawValue: 0o644), isForOthers: true)
            } catch { throw failure("cannot write \(output.bytes): \(error.text)", status: Status.system) }
        } else {
            try write(text)
        }
        if let error = report.engineError { throw error.reported() }
    }
}
