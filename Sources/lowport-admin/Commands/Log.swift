// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// `lowport log`.
struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who bound privileged ports, by which rule, and who was refused.",
        discussion: """
            Shows the binds that the journal of systemd has, of the kernel engine and of
            the helper, and the events that wait in the kernel. Reading takes those away,
            so there is one reader of them at a time: lowport-audit.service, if it runs.

            EXAMPLES
              sudo lowport log
              sudo lowport log --since 2h --outcome refused
              sudo lowport log -f --port 80,443
              sudo lowport log --json --user web
            """
    )

    @Flag(name: .shortAndLong, help: "Wait for more events, until interrupted.")
    var follow = false

    @Flag(help: "Write JSON, one object a line (schema lowport.log/1).")
    var json = false

    @Option(
        help: "Only from this time on, or as long ago: 2h, 7d; by default, since the last boot.",
        transform: SinceArgument.parse
    )
    var since: SinceArgument?

    @Option(help: "Only events of this user.", completion: .shellCommand("getent passwd | grep -o '^[a-zA-Z0-9_.@-]*'"))
    var user: BytesArgument?

    @Option(help: "Only events of one of these ports.", transform: PortList.parseWithoutProtocol)
    var port: PortList?

    @Option(help: "Only events with this outcome.")
    var outcome: LogOutcome?

    @Flag(help: "Write the events that wait in the kernel to the journal, with fields.")
    var journal = false

    func validate() throws {
        if journal, json || since != nil { throw ValidationError("--journal goes with none of --json and --since") }
    }

    func run() throws {
        let filter = LogFilter(
            user: try user.map { try number(ofUser: $0.bytes) },
            ports: port?.ranges,
            outcome: outcome,
            since: since?.time
        )
        let output: LogOutput = journal ? .journal : json ? .json : .text
        // What is written to the journal is not read from there.
        try LogSession(filter: filter, output: output, follows: follow, readsJournal: !journal && Journalctl.exists)
            .run()
    }

    private func number(ofUser name: ByteString) throws -> UserID {
        if let user = Accounts.user(named: name) { return user }
        throw failure("no such user: \(name)", status: Status.usage)
    }
}
