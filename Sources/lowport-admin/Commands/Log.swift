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
            The kernel keeps an event for each bind while the rules are enforced; reading
            takes them away, so there is one reader at a time.

            EXAMPLES
              sudo lowport log
              sudo lowport log -f --port 80,443
              sudo lowport log --json --user web
            """
    )

    @Flag(name: .shortAndLong, help: "Wait for more events, until interrupted.")
    var follow = false

    @Flag(help: "Write JSON, one object a line (schema lowport.log/1).")
    var json = false

    @Option(help: "Only events of this user.", completion: .shellCommand("getent passwd | grep -o '^[a-zA-Z0-9_.@-]*'"))
    var user: BytesArgument?

    @Option(help: "Only events of one of these ports.")
    var port: PortList?

    func run() throws {
        let wanted = try user.map { try number(ofUser: $0.bytes) }
        guard var reader = try enforcing({ () throws(EnforcementError) in try EventReader.open() }) else {
            throw failure(
                "another process reads the events",
                hint: "if it is the service: journalctl -u lowport-audit",
                status: Status.no
            )
        }
        var names: [UserID: ByteString?] = [:]
        var executables = ExecutableNames()
        while true {
            var count = 0
            while let event = reader.next() {
                count += 1
                // In a flood the events never end, so losses are also reported after more events than the buffer holds.
                if count % 16384 == 0 { try reportLosses(&reader) }
                if let wanted, event.user != wanted { continue }
                if let port, !port.ranges.contains(where: { $0.contains(event.port) }) { continue }
                // Each user is looked up once: a flood of events must not become a flood of questions.
                let name = names[event.user] ?? Accounts.name(of: event.user)
                names[event.user] = .some(name)
                let executable = event.executable.flatMap { executables.path(of: $0, process: event.process) }
                let file = reader.file(of: event)
                let logged = LoggedBind(event, file: file, executable: executable, userName: name)
                try json ? printJSON(logged, isOneLine: true) : printOut(logText: logged.text)
            }
            try reportLosses(&reader)
            if !follow || !reader.isLive { break }
            do throws(Errno) { try reader.wait(for: .seconds(2)) } catch {
                throw failure("cannot wait for events: \(error.sentence)", status: Status.system)
            }
        }
    }

    private func number(ofUser name: ByteString) throws -> UserID {
        if let user = Accounts.user(named: name) { return user }
        throw failure("no such user: \(name)", status: Status.usage)
    }

    /// Reports the number of events lost since the last report, after the events that were kept.
    private func reportLosses(_ reader: inout EventReader) throws {
        let count = try enforcing { () throws(EnforcementError) in try reader.takeLosses() }
        if count == 0 { return }
        let lost = LostEvents(count)
        try json ? printJSON(lost, isOneLine: true) : printOut(logText: lost.text)
    }
}

/// A report of lost events, as text and as JSON.
private struct LostEvents: Encodable {
    let schema = "lowport.lost/1"
    let time: String
    let eventsLost: UInt64

    init(_ count: UInt64) {
        time = Timestamp(rawValue: WallClock.seconds).byteString.description
        eventsLost = count
    }

    /// `2026-12-01T12:00:00Z lost 17 events, since earlier events were not read in time`.
    var text: ByteString {
        let noun: ByteString = eventsLost == 1 ? "event" : "events"
        return "\(time) lost \(eventsLost) \(noun), since earlier events were not read in time"
    }
}
