// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

// Lookups that distinguish "no such entry" from "no database answered": a directory service may be unreachable.

extension Accounts {
    /// The number of the user with the name `name`; nil if all databases say that there is none.
    ///
    /// The corresponding C function is getpwnam_r(3). Throws what it returns where a database did not answer.
    package static func findUser(named name: ByteString) throws(Errno) -> UserID? {
        guard !name.isEmpty, !name.bytes.contains(0) else { return nil }
        return try unsafe search { buffer, size, found in
            var entry = unsafe passwd()
            var result: UnsafeMutablePointer<passwd>?
            let status = unsafe name.withCString { unsafe getpwnam_r($0, &entry, buffer, size, &result) }
            if unsafe result != nil { found = unsafe UserID(rawValue: entry.pw_uid) }
            return status
        }
    }

    /// The number of the group with the name `name`; nil if all databases say that there is none.
    ///
    /// The corresponding C function is getgrnam_r(3). Throws what it returns where a database did not answer.
    package static func findGroup(named name: ByteString) throws(Errno) -> GroupID? {
        guard !name.isEmpty, !name.bytes.contains(0) else { return nil }
        return try unsafe search { buffer, size, found in
            var entry = unsafe LowportCLinux.group()
            var result: UnsafeMutablePointer<LowportCLinux.group>?
            let status = unsafe name.withCString { unsafe getgrnam_r($0, &entry, buffer, size, &result) }
            if unsafe result != nil { found = unsafe GroupID(rawValue: entry.gr_gid) }
            return status
        }
    }

    /// The primary group of the user with the number `user`; nil if all databases say that there is no such user.
    ///
    /// The corresponding C function is getpwuid_r(3). Throws what it returns where a database did not answer.
    package static func findPrimaryGroup(of user: UserID) throws(Errno) -> GroupID? {
        try unsafe search { buffer, size, found in
            var entry = unsafe passwd()
            var result: UnsafeMutablePointer<passwd>?
            let status = unsafe getpwuid_r(user.rawValue, &entry, buffer, size, &result)
            if unsafe result != nil { found = unsafe GroupID(rawValue: entry.pw_gid) }
            return status
        }
    }

    /// The members of a group.
    package struct Members: Sendable {
        /// The users of this machine with this primary group.
        package var primary: [UserID] = []
        /// The members that the group lists, with their names.
        package var named: [(name: ByteString, user: UserID)] = []
        /// The names in the group that belong to no user.
        package var unknown: [ByteString] = []
        /// The names in the group for which a database did not answer.
        package var unanswered: [ByteString] = []
    }

    /// The members of the group with the number `group`. Throws ENOENT if the group itself is not found.
    ///
    /// The corresponding C functions are getgrgid(3) and getpwent(3). They use static memory: call this from one thread
    /// at a time.
    package static func findMembers(of group: GroupID) throws(Errno) -> Members {
        guard let names = namesOfMembers(of: group) else { throw .noSuchFile }
        var members = Members()
        for name in names {
            do throws(Errno) {
                if let user = try findUser(named: name) {
                    members.named.append((name, user))
                } else {
                    members.unknown.append(name)
                }
            } catch { members.unanswered.append(name) }
        }
        members.primary = users(withPrimary: group)
        return members
    }
}
