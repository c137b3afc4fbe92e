// SPDX-License-Identifier: Apache-2.0
public import Linux
internal import PortPolicy

/// The existing users and groups.
///
/// Thousands of rules may contain a thousand names. The names in the machine's own files are read at once; for others,
/// which a directory service may know, nsswitch.conf(5) is consulted once each.
public struct KnownNames {
    private var users = names(in: "/etc/passwd")
    private var groups = names(in: "/etc/group")

    /// Reads the names in the machine's own files.
    public init() {}

    mutating func hasUser(_ name: ByteString) -> Bool {
        Self.has(name, &users) { Accounts.user(named: name) != nil }
    }

    mutating func hasGroup(_ name: ByteString) -> Bool {
        Self.has(name, &groups) { Accounts.group(named: name) != nil }
    }

    /// The message that there is no user `name`, and the user that may have been meant.
    func absence(ofUser name: ByteString) -> ByteString {
        "there is no user \(name)" + (user(like: name).map { "; did you mean \"\($0)\"?" } ?? "")
    }

    /// The message that there is no group `name`, and the group that may have been meant.
    func absence(ofGroup name: ByteString) -> ByteString {
        "there is no group \(name)" + (group(like: name).map { "; did you mean \"\($0)\"?" } ?? "")
    }

    /// The user whose name resembles `name`.
    public func user(like name: ByteString) -> ByteString? { Spelling.nearest(to: name, among: Self.sorted(users)) }

    /// The group whose name resembles `name`.
    public func group(like name: ByteString) -> ByteString? { Spelling.nearest(to: name, among: Self.sorted(groups)) }

    private static func sorted(_ names: [ByteString: Bool]) -> [ByteString] {
        names.filter { $0.value && !$0.key.isEmpty }.keys.sorted()
    }

    private static func has(_ name: ByteString, _ known: inout [ByteString: Bool], _ ask: () -> Bool) -> Bool {
        if let answer = known[name] { return answer }
        let answer = ask()
        known[name] = answer
        return answer
    }

    /// The first field of every line (passwd(5), group(5)).
    private static func names(in path: ByteString) -> [ByteString: Bool] {
        guard let content = try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64 << 20) else { return [:] }
        var names: [ByteString: Bool] = [:]
        for line in content.split(separator: UInt8(ascii: "\n")) {
            names[ByteString(line.prefix { $0 != UInt8(ascii: ":") })] = true
        }
        return names
    }
}
