// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Accounts {
    /// The users whose sessions have the group with the number `group`: those whose primary group it is, and its members.
    ///
    /// The corresponding C functions are getgrgid(3) and getpwent(3), which share memory with all of the process: one
    /// thread at a time.
    public static func members(of group: GroupID) -> [UserID] {
        var members: [UserID] = []
        for user in (namesOfMembers(of: group) ?? []).compactMap(user(named:)) + users(withPrimary: group)
        where !members.contains(user) {
            members.append(user)
        }
        return members
    }

    /// The names in the group with the number `group`; nil if there is no such group.
    ///
    /// The names are copied, so that anything else can be looked up. The corresponding C function is getgrgid(3).
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

    /// The users of this machine whose primary group it is. The corresponding C function is getpwent(3).
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
