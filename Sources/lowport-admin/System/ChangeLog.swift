// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicyEditing

/// One entry in the journal of systemd, or one line in the system log, for each change of the policy (syslog(3), facility
/// auth, severity notice): who made it, by which command, and what is different.
///
/// A log that is missing, full or broken is no error of the command.
enum ChangeLog {
    /// The most bytes of the command, and of the changes, in a line.
    private static let limit = 2000
    /// The most bytes of changed lines in the fields of an entry: a datagram has room for about 200 KiB.
    private static let fieldLimit = 64 << 10

    /// Writes the lines that a command has removed and added, if there are any.
    /// - Parameter isWhole: whether all of the change is made; otherwise the line says so.
    static func write(_ change: RulesChange, isWhole: Bool = true) {
        if change.isEmpty { return }
        let lines =
            change.removed.map { "removed \(quoted($0))" as ByteString }
            + change.added.map { "added \(quoted($0))" as ByteString }
        var text: ByteString = ""
        for (index, line) in lines.enumerated() {
            if index > 0, text.count + line.count > limit {
                text += ", and \(lines.count - index) more"
                break
            }
            text += index == 0 ? line : ", \(line)"
        }
        var fields: [(name: ByteString, value: ByteString)] = []
        for line in change.removed { fields += [("LOWPORT_RULE", line), ("LOWPORT_REMOVED", line)] }
        for line in change.added { fields += [("LOWPORT_RULE", line), ("LOWPORT_ADDED", line)] }
        write(text, .policy, fields, isWhole: isWhole)
    }

    /// Writes `what` has changed, which is text of this program.
    static func write(_ what: ByteString, isWhole: Bool = true) { write(what, .setting, [], isWhole: isWhole) }

    private static func write(
        _ what: ByteString,
        _ kind: JournalMessage,
        _ fields: [(name: ByteString, value: ByteString)],
        isWhole: Bool
    ) {
        let command = ByteString(joining: ["lowport"] + Array(ProgramArguments.words), with: " ")
        let rest: ByteString = isWhole ? "" : ", not all of it was done"
        let author = author
        let text: ByteString =
            "\(name(of: author)) by \(quoted(ByteString(command.bytes.prefix(limit)))): \(what)\(rest)"
        var entry = kind.entry(text, facility: 4)
        entry.add("LOWPORT_VERB", ProgramArguments.words.first ?? "")
        entry.add("LOWPORT_COMMAND", ByteString(command.bytes.prefix(fieldLimit)))
        entry.add("LOWPORT_UID", CurrentProcess.realUser.byteString)
        entry.add("LOWPORT_LOGINUID", author.byteString)
        if let name = Accounts.name(of: author) { entry.add("LOWPORT_USER", name) }
        entry.add("LOWPORT_COMPLETE", isWhole ? "yes" : "no")
        var size = 0
        for (index, field) in fields.enumerated() {
            size += field.value.count
            if size > fieldLimit {
                entry.add("LOWPORT_FIELDS_OMITTED", ByteString(decimal: fields.count - index))
                break
            }
            entry.add(field.name, field.value)
        }
        if var journal = JournalSink(), journal.write(entry) { return }
        send(text)
    }

    private static func send(_ line: ByteString) {
        // The number of auth is 4, that of notice 5.
        let message: ByteString = "<\(4 << 3 | 5)>lowport[\(CurrentProcess.identifier)]: \(line)"
        guard let log = try? FileDescriptor.systemLog() else { return }
        do throws(Errno) { try log.send(message.bytes) } catch {
            guard error == .wouldBlock else { return }
            // It is full: a flood of other lines does not suppress this one.
            var entries = [PollEntry(InheritedDescriptor(log.rawValue), .writable)]
            _ = try? poll(&entries, timeout: Milliseconds(rawValue: 500))
            try? log.send(message.bytes)
        }
    }

    /// Who logged in, as the kernel knows (`loginuid` in proc(5)); otherwise who called sudo(8), otherwise the real user.
    private static var author: UserID { loginUser ?? Caller.ofSudo ?? CurrentProcess.realUser }

    /// `user alice (uid 1001)`.
    private static func name(of user: UserID) -> ByteString {
        guard let name = Accounts.name(of: user) else { return "uid \(user)" }
        return "user \(name.fieldOfLog) (uid \(user))"
    }

    /// The user that logged in; nil if no session is above this process, or if the kernel has no audit.
    private static var loginUser: UserID? {
        guard let text = try? FileDescriptor.open("/proc/self/loginuid", .readOnly).read(upTo: 16),
            let number = Digits.number(ByteString(text).split(on: 0x0A)[0], upTo: UInt64(UInt32.max) - 1)
        else { return nil }
        return UserID(rawValue: UInt32(number))
    }

    /// A text of others in quotation marks, on one line, whose blanks stay.
    private static func quoted(_ text: ByteString) -> ByteString {
        let words = text.split(on: 0x20).map { word in ByteString(word.quotedForLog.bytes.dropFirst().dropLast()) }
        return "\"\(ByteString(joining: words, with: " "))\""
    }
}

/// The user behind sudo(8).
enum Caller {
    /// The user who called sudo(8), which sets the variable; only the environment of root is trusted.
    static var ofSudo: UserID? {
        guard CurrentProcess.realUser == .root else { return nil }
        return Environment.value(of: "SUDO_UID").flatMap { Digits.number($0, upTo: UInt64(UInt32.max) - 1) }
            .map { UserID(rawValue: UInt32($0)) }
    }
}
