// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The names in /etc/passwd and /etc/group, for programs that are linked statically and load no other source of names.
package struct NamesInFiles: NameResolver {
    private let users = AccountFile("/etc/passwd")
    private let groups = AccountFile("/etc/group")
    private let isMissing: () -> Void

    /// Creates the resolver.
    /// - Parameter isMissing: called for each name that the file does not hold, before the answer that there is none.
    package init(isMissing: @escaping () -> Void) { self.isMissing = isMissing }

    /// The user with the name `name` in /etc/passwd; nil if there is none.
    package func user(named name: ByteString) -> UserID? { number(of: name, in: users).map { UserID(rawValue: $0) } }

    /// The group with the name `name` in /etc/group; nil if there is none.
    package func group(named name: ByteString) -> GroupID? {
        number(of: name, in: groups).map { GroupID(rawValue: $0) }
    }

    private func number(of name: ByteString, in file: AccountFile) -> UInt32? {
        if let number = AccountLines.number(of: name, in: file.content) { return number }
        isMissing()
        return nil
    }
}

/// A file of accounts, read once, when the first name is looked up.
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
