// SPDX-License-Identifier: Apache-2.0
import Linux
import PortPolicy

/// The whole program, linked with the C library of the machine, which knows all its sources of names (nsswitch.conf(5)).
///
/// The helper that is started for every bind is linked statically, which makes it start in half the time, and does that
/// one bind alone. It looks for names in /etc/passwd and /etc/group itself, and loads nobody's modules. What else there
/// is to do it hands over.
struct NSSHelper {
    /// The arguments that this program was started with, and the other is started with.
    let arguments: [ByteString]

    /// Takes over; returns if there is no such program beside this one.
    func takeOver() {
        guard let own = CurrentProcess.executablePath else { return }
        try? execute(fileAt: own + "-nss", arguments: arguments)
    }
}

/// The names that the files hold; for all others the full helper takes over.
struct NamesInFiles: NameResolver {
    let full: NSSHelper
    private let users = AccountFile("/etc/passwd")
    private let groups = AccountFile("/etc/group")

    init(full: NSSHelper) { self.full = full }

    func user(named name: ByteString) -> UserID? { number(of: name, in: users).map { UserID(rawValue: $0) } }

    func group(named name: ByteString) -> GroupID? { number(of: name, in: groups).map { GroupID(rawValue: $0) } }

    private func number(of name: ByteString, in file: AccountFile) -> UInt32? {
        if let number = AccountLines.number(of: name, in: file.content) { return number }
        full.takeOver()
        return nil
    }
}

/// A file of accounts, which is read when the first name is looked for, and once.
private final class AccountFile {
    private let path: ByteString
    private var read: [UInt8]?

    init(_ path: ByteString) { self.path = path }

    /// The bytes of the file; empty if it cannot be read.
    var content: [UInt8] {
        if let read { return read }
        var content: [UInt8] = []
        if let file = try? FileDescriptor.open(path, .readOnly) {
            content = (try? file.readToEnd(limit: 64 << 20)) ?? []
        }
        read = content
        return content
    }
}
