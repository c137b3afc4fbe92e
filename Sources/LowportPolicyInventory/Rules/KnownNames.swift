// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// The existing users and groups.
///
/// Thousands of rules may contain a thousand names. The names in the machine's own files are read at once; for others,
/// which a directory service may know, nsswitch.conf(5) is consulted once each.
package struct KnownNames {
    private var users: [ByteString: Bool] = [:]
    private var groups: [ByteString: Bool] = [:]
    /// The users of the machine's own files whose number is 0.
    private var superusers: Set<ByteString> = []
    /// The groups of the machine's own files that no user of these files is in.
    private var withoutMembers: Set<ByteString> = []

    /// Reads the names in the machine's own files.
    package init() {
        let (passwd, group) = (Self.lines(of: "/etc/passwd"), Self.lines(of: "/etc/group"))
        for fields in passwd {
            users[fields[0]] = true
            if fields.count > 2, fields[2] == "0" { superusers.insert(fields[0]) }
        }
        let primary = Set(passwd.compactMap { $0.count > 3 ? $0[3] : nil })
        for fields in group {
            groups[fields[0]] = true
            if fields.count > 3, fields[3].isEmpty, !primary.contains(fields[2]) { withoutMembers.insert(fields[0]) }
        }
    }

    mutating func hasUser(_ name: ByteString) -> Bool {
        Self.has(name, &users) { Accounts.user(named: name) != nil }
    }

    mutating func hasGroup(_ name: ByteString) -> Bool {
        Self.has(name, &groups) { Accounts.group(named: name) != nil }
    }

    /// Whether `principal` is the superuser.
    func isRoot(_ principal: Principal) -> Bool {
        switch principal {
        case .userID(.root): true
        case .user(let name): superusers.contains(name)
        default: false
        }
    }

    /// Whether no user of the machine's own files is in the group `name`, which is in these files as well.
    func isWithoutMembers(_ name: ByteString) -> Bool { withoutMembers.contains(name) }

    /// The message that there is no user `name`, and the user that may have been meant.
    func absence(ofUser name: ByteString) -> ByteString {
        "there is no user \(name)" + (user(like: name).map { "; did you mean \"\($0)\"?" } ?? "")
    }

    /// The message that there is no group `name`, and the group that may have been meant.
    func absence(ofGroup name: ByteString) -> ByteString {
        "there is no group \(name)" + (group(like: name).map { "; did you mean \"\($0)\"?" } ?? "")
    }

    /// The user whose name resembles `name`.
    package func user(like name: ByteString) -> ByteString? { Spelling.nearest(to: name, among: Self.sorted(users)) }

    /// The group whose name resembles `name`.
    package func group(like name: ByteString) -> ByteString? { Spelling.nearest(to: name, among: Self.sorted(groups)) }

    private static func sorted(_ names: [ByteString: Bool]) -> [ByteString] {
        names.filter { $0.value && !$0.key.isEmpty }.keys.sorted()
    }

    private static func has(_ name: ByteString, _ known: inout [ByteString: Bool], _ ask: () -> Bool) -> Bool {
        if let answer = known[name] { return answer }
        let answer = ask()
        known[name] = answer
        return answer
    }

    /// The fields of every line (passwd(5), group(5)).
    private static func lines(of path: ByteString) -> [[ByteString]] {
        guard let content = try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64 << 20) else { return [] }
        return content.split(separator: UInt8(ascii: "\n")).map { ByteString($0).split(on: UInt8(ascii: ":")) }
    }
}
