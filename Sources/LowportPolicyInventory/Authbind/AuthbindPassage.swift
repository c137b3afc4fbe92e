// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Who may search the directories that authbind looks into, one after the other, and so gets to its answer.
///
/// Whoever may not search one of them is refused every port at that step, whatever later files allow.
struct AuthbindPassage: Sendable {
    /// Who may search a directory, besides root.
    struct Searchers: Hashable, Sendable {
        let path: ByteString
        let mode: FileMode
        /// The principals; empty for nobody.
        let principals: [Principal]
    }

    /// The directories that not everybody may search.
    private(set) var narrow: [Searchers] = []

    /// Adds the directory at `path`.
    /// - Returns: what is to be said about it; nil if everybody may search it.
    mutating func enter(_ path: ByteString, _ status: FileStatus) -> (text: ByteString, isOfRootAlone: Bool)? {
        guard let searchers = Self.searchers(of: path, status) else { return nil }
        narrow.append(searchers)
        let others = searchers.principals.map { "\($0)" as ByteString }
        let who = ByteString(joining: ["root"] + others, with: " and ")
        let text: ByteString =
            "mode \(status.mode): only \(who) may search the directory; everybody else is refused every port here"
        return (text, others.isEmpty)
    }

    /// Who may search the directory, besides root; nil for everybody.
    static func searchers(of path: ByteString, _ status: FileStatus) -> Searchers? {
        let bits = status.mode.rawValue
        if bits & 0o001 != 0 { return nil }
        var principals: [Principal] = []
        if bits & 0o100 != 0, status.owner != .root { principals.append(.userID(status.owner)) }
        if bits & 0o010 != 0, status.group.rawValue != 0 { principals.append(.groupID(status.group)) }
        return Searchers(path: path, mode: status.mode, principals: principals)
    }

    /// The part of `principal` that may search all directories; of two groups, only one and the same is such a part.
    func narrowed(_ principal: Principal) -> [Principal] {
        narrow.reduce([principal]) { left, directory in
            var seen: Set<Principal> = []
            return left.flatMap { Self.narrowed($0, directory) }.filter { seen.insert($0).inserted }
        }
    }

    private static func narrowed(_ principal: Principal, _ directory: Searchers) -> [Principal] {
        switch principal {
        case .everyone: return directory.principals
        case .userID(.root): return [principal]
        case .userID(let user):
            let groups = Accounts.name(of: user).map { Accounts.groups(ofUser: $0) } ?? []
            let mayPass = directory.principals.contains { searcher in
                switch searcher {
                case .userID(let owner): owner == user
                case .groupID(let group): groups.contains(group)
                default: false
                }
            }
            return mayPass ? [principal] : []
        default: return directory.principals.contains(principal) ? [principal] : []
        }
    }
}
