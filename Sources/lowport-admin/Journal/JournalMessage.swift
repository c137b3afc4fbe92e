// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The kinds of messages in the journal. Each has an identifier, for which Packaging/systemd/lowport.catalog explains it
/// (systemd.journal-fields(7), MESSAGE_ID).
enum JournalMessage: ByteString, CaseIterable {
    /// A bind was allowed.
    case allowed = "20123a3ac1bf46bb83c9b8c618db72ad"
    /// A bind was refused.
    case refused = "5bf881d23cbd47e5b495c21ca8fe1891"
    /// It is not known what became of a bind.
    case left = "f066efd8a290461383eefb8221693a01"
    /// Events of binds were lost.
    case lost = "460ce0c3241a458a9859a96f43b8efcf"
    /// The policy was changed.
    case policy = "27a0e9425dbd4db2aeef482108bb994f"
    /// The kernel engine, or a setting, was changed.
    case setting = "87a88482e33845b5bf81ee27727416a6"

    /// The priority (syslog(3)): warning for what is lost, notice for what an administrator may want to see, and
    /// information.
    var priority: Int {
        switch self {
        case .lost: 4
        case .refused, .policy, .setting: 5
        case .allowed, .left: 6
        }
    }

    /// An entry of this kind.
    /// - Parameter facility: the facility (syslog(3)), 4 for auth and 10 for authpriv.
    func entry(_ text: ByteString, facility: Int) -> JournalEntry {
        var entry = JournalEntry()
        entry.add("MESSAGE", text)
        entry.add("MESSAGE_ID", rawValue)
        entry.add("PRIORITY", ByteString(decimal: priority))
        entry.add("SYSLOG_FACILITY", ByteString(decimal: facility))
        entry.add("SYSLOG_IDENTIFIER", "lowport")
        return entry
    }
}

extension JournalMessage {
    /// The kind for the result of a bind.
    init(_ result: BindResult) {
        self =
            switch result {
            case .allowedByRule, .allowedByCapability, .allowedAsUnprivileged: .allowed
            case .refused, .failed: .refused
            case .left: .left
            }
    }
}

extension LoggedBind {
    /// The name of a field in the journal.
    static func journalName(_ name: String) -> String { "LOWPORT_\(name.uppercased())" }

    /// The bind as an entry of the journal.
    var journalEntry: JournalEntry {
        var entry = JournalMessage(result).entry(text, facility: 10)
        for (name, value) in fields {
            let field = ByteString(Self.journalName(name))
            switch value {
            case .text(let text): entry.add(field, text)
            case .number(let number): entry.add(field, ByteString(decimal: number))
            }
        }
        if let file { entry.add("LOWPORT_RULE", line.map { $0 == 0 ? file : "\(file):\($0)" } ?? file) }
        return entry
    }
}
