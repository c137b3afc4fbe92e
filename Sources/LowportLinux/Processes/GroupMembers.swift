// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Accounts {
    /// The users whose sessions have the group with the number `group`: as their primary group, or as listed members.
    ///
    /// The corresponding C functions are getgrgid(3) and getpwent(3). They use static memory: call this from one thread
    /// at a time.
    package static func members(of group: GroupID) -> [UserID] {
        var members: [UserID] = []
        for user in (namesOfMembers(of: group) ?? []).compactMap(user(named:)) + users(withPrimary: group)
        where !members.contains(user) {
            members.append(user)
        }
        return members
    }

    /// The names in the group with the number `group`; nil if there is no such group.
    ///
    /// Copies the names, so that later lookups do not change them. The corresponding C function is getgrgid(3).
    static func namesOfMembers(of group: GroupID) -> [ByteString]? {
        guard let entry = unsafe getgrgid(group.rawValue) else { return nil }
        var names: [ByteString] = []
        var name = unsafe entry.pointee.gr_mem
        while let list = unsafe name, let text = unsafe list.pointee {
            names.append(unsafe ByteString(cString: text))
            unsafe name = list + 1
        }
        return names
    }

    /// The users of this machine with this primary group. The corresponding C function is getpwent(3).
    static func users(withPrimary group: GroupID) -> [UserID] {
        var users: [UserID] = []
        setpwent()
        while let entry = unsafe getpwent() {
            if unsafe entry.pointee.pw_gid == group.rawValue {
                users.append(unsafe UserID(rawValue: entry.pointee.pw_uid))
            }
        }
        endpwent()
        return users
    }
}
