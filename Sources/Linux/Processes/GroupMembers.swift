// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Accounts {
    /// The users whose sessions have the group with the number `group`: those whose primary group it is, and its members.
    ///
    /// The corresponding C functions are getgrgid(3) and getpwent(3), which share memory with all of the process: one
    /// thread at a time.
    public static func members(of group: GroupID) -> [UserID] {
        var members: [UserID] = []
        // The names are copied before anything else is looked up.
        var names: [ByteString] = []
        if let entry = unsafe getgrgid(group.rawValue) {
            var name = unsafe entry.pointee.gr_mem
            while let list = unsafe name, let text = unsafe list.pointee {
                names.append(unsafe ByteString(cString: text))
                unsafe name = list + 1
            }
        }
        for name in names {
            if let user = user(named: name), !members.contains(user) { members.append(user) }
        }
        setpwent()
        while let entry = unsafe getpwent() {
            let user = unsafe UserID(rawValue: entry.pointee.pw_uid)
            if unsafe entry.pointee.pw_gid == group.rawValue, !members.contains(user) { members.append(user) }
        }
        endpwent()
        return members
    }
}
