// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux

/// `lowport threshold`.
struct ThresholdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threshold",
        abstract: "Show or set the first unprivileged port.",
        discussion: """
            Every user and every program may bind the ports from this number on, TCP and
            UDP, without a rule. N is set at once, and written to
            /etc/sysctl.d/99-lowport.conf for the next reboot: both or neither. The kernel
            takes no number above the first port of net.ipv4.ip_local_port_range, which is
            usually 32768. The kernel engine, if it is enabled, gets the new number too.

            EXAMPLES
              lowport threshold
              sudo lowport threshold 1024
              sudo lowport threshold 80 --dry-run
            """
    )

    @Argument(
        help: "The new number, from 0 to the first port of net.ipv4.ip_local_port_range.",
        transform: { try NumberArgument.parse($0, upTo: 65535) }
    )
    var number: UInt32?

    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what would change, and change nothing.")
    var isDryRun = false

    @Flag(name: .shortAndLong, help: "Say nothing unless something fails.")
    var quiet = false

    @Flag(help: "Write JSON (schema lowport.threshold/1).")
    var json = false

    func run() throws {
        let current = try prompt()
        let maximum = try? PortThreshold.maximum
        var rest: (() -> ExitCode)?
        if let number {
            try refuse(number, above: maximum)
            if !isDryRun { try set(number, insteadOf: current) }
            if !quiet { warn(from: current, to: number) }
            if !isDryRun {
                rest = EngineThreshold.reload(quiet: quiet)
                ChangeLog.write("\(PortThreshold.key) is \(number), was \(current)", isWhole: rest == nil)
            }
        }
        // In the place of the answer, what is not done is reported.
        if let rest, json { throw rest() }
        try report(from: current, maximum: maximum)
        if let rest { throw rest() }
    }

    private func report(from current: UInt32, maximum: UInt32?) throws {
        let answer = ThresholdAnswer(
            threshold: isDryRun ? current : number ?? current,
            changed: number.map { $0 != current && !isDryRun } ?? false,
            dryRun: isDryRun,
            standard: PortThreshold.standard,
            maximum: maximum
        )
        if json { return try printJSON(answer) }
        if quiet, number != nil { return }
        guard let number else { return try printOut("\(current)") }
        let verb: ByteString = isDryRun ? "would be" : "is"
        try printOut("\(PortThreshold.key) \(verb) \(number)\(number == current ? ", unchanged" : ", was \(current)")")
    }

    /// Throws if the kernel would not take the number.
    private func refuse(_ number: UInt32, above maximum: UInt32?) throws {
        guard let maximum, number > maximum else { return }
        throw failure(
            "\(number) is above \(maximum), the first port of net.ipv4.ip_local_port_range: the kernel does not take it",
            hint: "choose 0-\(maximum), or raise that range first",
            status: Status.usage
        )
    }

    private func prompt() throws -> UInt32 {
        do throws(Errno) { return try PortThreshold.current } catch {
            throw failure("cannot read \(PortThreshold.path): \(error.sentence)", status: Status.system)
        }
    }

    /// Warns about the other ports that become unprivileged, which are easily overlooked.
    private func warn(from current: UInt32, to number: UInt32) {
        guard number < min(current, PortThreshold.standard) else { return }
        printError("warning: every user and every program may then bind ports \(number)-\(current - 1), TCP and UDP")
        let known: [(UInt32, ByteString)] = [
            (22, "ssh"), (25, "mail"), (53, "domain"), (80, "http"), (443, "https"), (514, "syslog"),
            (853, "dns over tls"),
        ]
        let open = known.filter { ($0.0) >= number && $0.0 < current }.map { "\($0.0) (\($0.1))" as ByteString }
        if !open.isEmpty { printError("warning: among them \(ByteString(joining: open, with: ", "))") }
        printError("hint: to allow single ports: lowport grant PORT --user NAME")
    }

    private func set(_ number: UInt32, insteadOf current: UInt32) throws {
        do throws(SettingError) { try PersistentSetting.threshold(number).store(insteadOf: current) } catch {
            switch error {
            case .weak(let weakness): throw failure("cannot write there: \(weakness)", status: Status.configuration)
            case .failure(let path, let error): throw notWritten(path, error)
            case .undone(let path, let error, let leftovers):
                let status = notWritten(path, error)
                for leftover in leftovers { printError("lowport: \(leftover)") }
                if leftovers.isEmpty { printError("the threshold is as it was before, \(current)") }
                throw status
            }
        }
    }

    private func notWritten(_ path: ByteString, _ error: Errno) -> ExitCode {
        let isDenied = error == .permissionDenied || error == .notPermitted
        return failure(
            "cannot write \(path): \(error.sentence)",
            hint: isDenied ? "run it as root, with sudo" : nil,
            status: isDenied ? Status.notPermitted : Status.system
        )
    }
}

private struct ThresholdAnswer: Encodable {
    let schema = "lowport.threshold/1"
    let threshold: UInt32
    let changed: Bool
    let dryRun: Bool
    let standard: UInt32
    let maximum: UInt32?
}
