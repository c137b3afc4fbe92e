// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicyEditing

/// One line in the system log for each change of the policy (syslog(3), facility auth, severity notice): who made it,
/// by which command, and what is different.
///
/// A log that is missing, full or broken is no error of the command.
enum ChangeLog {
    /// The most bytes of the command, and of the changes, in a line.
    private static let limit = 2000

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
        write(text, isWhole: isWhole)
    }

    /// Writes `what` has changed, which is text of this program.
    static func write(_ what: ByteString, isWhole: Bool = true) {
        let command = ByteString(joining: ["lowport"] + Array(ProgramArguments.words), with: " ")
        let rest: ByteString = isWhole ? "" : ", not all of it was done"
        send("\(author) by \(quoted(ByteString(command.bytes.prefix(limit)))): \(what)\(rest)")
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

    /// `user alice (uid 1001)`: who logged in, as the kernel knows (`loginuid` in proc(5)); otherwise who called
    /// sudo(8), otherwise the real user.
    private static var author: ByteString {
        let user = loginUser ?? Caller.ofSudo ?? CurrentProcess.realUser
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
