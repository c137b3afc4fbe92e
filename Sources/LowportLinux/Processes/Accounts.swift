// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The users and groups that the machine knows (passwd(5), group(5), nsswitch.conf(5)).
package enum Accounts {
    /// The number of the user with the name `name`; nil if there is none, or if a database did not answer.
    package static func user(named name: ByteString) -> UserID? { (try? findUser(named: name)) ?? nil }

    /// The number of the group with the name `name`; nil if there is none, or if a database did not answer.
    package static func group(named name: ByteString) -> GroupID? { (try? findGroup(named: name)) ?? nil }

    /// The name of the user with the number `user`; nil if there is none.
    ///
    /// The corresponding C function is getpwuid_r(3).
    package static func name(of user: UserID) -> ByteString? {
        unsafe lookup { buffer, size, found in
            var entry = unsafe passwd()
            var result: UnsafeMutablePointer<passwd>?
            let status = unsafe getpwuid_r(user.rawValue, &entry, buffer, size, &result)
            if unsafe result != nil { found = unsafe ByteString(cString: entry.pw_name) }
            return status
        }
    }

    /// The name of the group with the number `group`; nil if there is none.
    ///
    /// The corresponding C function is getgrgid_r(3).
    package static func name(of group: GroupID) -> ByteString? {
        unsafe lookup { buffer, size, found in
            var entry = unsafe LowportCLinux.group()
            var result: UnsafeMutablePointer<LowportCLinux.group>?
            let status = unsafe getgrgid_r(group.rawValue, &entry, buffer, size, &result)
            if unsafe result != nil { found = unsafe ByteString(cString: entry.gr_name) }
            return status
        }
    }

    /// The groups of a session of the user `name`: the primary group and the supplementary groups.
    ///
    /// The corresponding C function is getgrouplist(3). Empty if there is no such user.
    package static func groups(ofUser name: ByteString) -> [GroupID] {
        guard let user = user(named: name), let primary = primaryGroup(of: user) else { return [] }
        var groups = [gid_t](repeating: 0, count: 65536)
        var count = Int32(groups.count)
        let stored = unsafe name.withCString { name in
            unsafe groups.withUnsafeMutableBufferPointer {
                unsafe getgrouplist(name, primary.rawValue, $0.baseAddress, &count)
            }
        }
        return groups.prefix(max(0, Int(stored))).map { GroupID(rawValue: $0) }
    }

    /// The primary group of the user with the number `user`; nil if there is no such user, or if a database did not answer.
    package static func primaryGroup(of user: UserID) -> GroupID? { (try? findPrimaryGroup(of: user)) ?? nil }

    /// Returns what `search` finds; nil also if a database did not answer.
    private static func lookup<Found>(
        _ body: (UnsafeMutablePointer<CChar>, Int, inout Found?) -> Int32
    ) -> Found? {
        (try? unsafe search(body)).flatMap { $0 }
    }

    /// Calls `body` with larger and larger buffers until the entry fits.
    ///
    /// Returns nil if there is no such entry; throws if a database that could have the entry did not answer.
    static func search<Found>(
        _ body: (UnsafeMutablePointer<CChar>, Int, inout Found?) -> Int32
    ) throws(Errno) -> Found? {
        var size = 1024
        while size <= 1 << 20 {
            var found: Found?
            var buffer = [CChar](repeating: 0, count: size)
            let status = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
                // SAFETY: the buffer is not empty, so it has a base address.
                unsafe body(buffer.baseAddress.unsafelyUnwrapped, size, &found)
            }
            if found != nil || status == 0 { return found }
            if status != ERANGE { throw Errno(rawValue: status) }
            size *= 4
        }
        throw .outOfRange
    }
}
