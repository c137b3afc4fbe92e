// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// The binds in the journal of systemd: those that `lowport log --journal` has written, and those of the helper.
struct JournalReader: ~Copyable {
    private let program: CapturedProgram
    private var export = JournalExport()
    /// Binds that the helper has allowed and not yet made, by its process.
    private var announced: [(process: ByteString, bind: LoggedBind)] = []
    private var names: [UserID: ByteString?] = [:]

    private static let path: ByteString = "/usr/bin/journalctl"

    /// Whether this machine has a journal.
    static var exists: Bool {
        guard (try? FileStatus(of: path)) != nil else { return false }
        let directories: [ByteString] = ["/var/log/journal", "/run/log/journal"]
        return directories.contains { directory in
            let names = try? FileDescriptor.open(directory, [.readOnly, .directory]).names()
            return names?.isEmpty == false
        }
    }

    /// Starts to read.
    /// - Parameters:
    ///   - since: the time of the first bind; nil for all since the machine was started, and with `follows` for later ones.
    ///   - follows: whether to wait for more.
    init(since: Timestamp?, follows: Bool) throws(Errno) {
        var words = [Self.path, "--output=export", "--no-pager", "--quiet"]
        if let since {
            words += ["--since=@\(ByteString(decimal: since.rawValue))"] + (follows ? ["--follow", "--no-tail"] : [])
        } else {
            words += follows ? ["--follow", "--lines=0"] : ["--boot"]
        }
        // What root alone can have written, or what the helper wrote for the user who is named.
        words += ["LOWPORT_RECORDER=kernel", "_UID=0", "+", "SYSLOG_IDENTIFIER=lowport-helper"]
        program = try CapturedProgram(at: Self.path, arguments: words)
    }

    /// What shows that there is more to read.
    var waitable: InheritedDescriptor { InheritedDescriptor(program.output.rawValue) }

    /// Waits for more binds and returns them, possibly none; nil at the end.
    mutating func next() throws(Errno) -> [LoggedBind]? {
        let bytes = try program.output.read(upTo: 1 << 16)
        if bytes.isEmpty { return nil }
        return export.add(bytes).flatMap { binds(of: $0) }
    }

    /// The binds of an entry: a bind that was allowed counts once, as what became of it.
    private mutating func binds(of entry: JournalExport.Entry) -> [LoggedBind] {
        // The names of fields that journald adds begin with `_`, and nobody else can send such a field: any user may have
        // sent all the others, also those of the other recorder beside those that were asked for.
        if entry["LOWPORT_RECORDER"] != nil {
            return entry["_UID"] == "0" ? [LoggedBind(entry)].compactMap(\.self) : []
        }
        guard let message = entry["MESSAGE"], let line = HelperLogLine(message), let owner = entry["_UID"],
            let micros = entry["__REALTIME_TIMESTAMP"].flatMap({ Digits.canonicalNumber($0) })
        else { return [] }
        // Everybody may write such a line, but only about himself.
        guard owner == "0" || owner == line.user.byteString else { return [] }
        let name = names[line.user] ?? Accounts.name(of: line.user)
        names[line.user] = .some(name)
        let bind = LoggedBind(line, at: Timestamp(rawValue: Int64(micros / 1_000_000)), userName: name)
        let process = entry["_PID"] ?? ""
        let earlier = announced.filter { $0.process == process }.map(\.bind)
        if line.event == .refused { return [bind] }
        announced.removeAll { $0.process == process }
        if line.event != .allowed { return [bind] }
        announced.append((process, bind))
        return earlier
    }

    /// Binds that were announced and of which nothing more was heard, such as those of a helper that was killed.
    mutating func takeAnnounced() -> [LoggedBind] {
        defer { announced = [] }
        return announced.map(\.bind)
    }
}
