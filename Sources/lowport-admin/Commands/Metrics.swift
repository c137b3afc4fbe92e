// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
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
              sudo lowport metrics --format prometheus --output /var/lib/node_exporter/lowport.prom
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
        let text = MetricsReport.families().text(format)
        guard let output else { return try write(text) }
        do throws(Errno) { try Self.replace(output.bytes, by: text) } catch {
            throw failure("cannot write \(output.bytes): \(error.sentence)", status: Status.system)
        }
    }

    /// Replaces the file at `path`: a reader sees the old text or the new one.
    ///
    /// The directory may be another user's, such as that of the monitoring; what that user put in the way is removed and
    /// not followed.
    private static func replace(_ path: ByteString, by text: ByteString) throws(Errno) {
        let slash = path.bytes.lastIndex(of: UInt8(ascii: "/"))
        let name = ByteString(slash.map { path.bytes[($0 + 1)...] } ?? path.bytes[...])
        if name.isEmpty || name == "." || name == ".." { throw .isDirectory }
        let parent: ByteString = slash.map { $0 == 0 ? "/" : ByteString(path.bytes[..<$0]) } ?? "."
        let directory = try FileDescriptor.open(parent, [.readOnly, .directory])
        let draft: ByteString = ".\(name).new"
        try? directory.unlink(draft)
        do throws(Errno) {
            let file = try FileDescriptor.open(draft, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
            try file.setMode(FileMode(rawValue: 0o644))
            try file.write(text)
            try file.close()
            try directory.rename(draft, to: name)
        } catch {
            try? directory.unlink(draft)
            throw error
        }
    }
}
