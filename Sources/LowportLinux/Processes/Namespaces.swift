// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The network and user namespaces of a process (namespaces(7)), as far as this process can see them.
package enum Namespaces {
    /// Whether the capabilities that a process has in its user namespace count in its network namespace.
    ///
    /// They do if the user namespace owns the network namespace, or is an ancestor of the one that does
    /// (user_namespaces(7)). Throws if that cannot be found out.
    /// - Parameter process: a number below /proc, or `self`.
    package static func capabilitiesCount(inNetworkOf process: ByteString) throws(Errno) -> Bool {
        let own = try FileStatus(of: "/proc/\(process)/ns/user")
        let network = try FileDescriptor.open("/proc/\(process)/ns/net", .readOnly)
        var owner: FileDescriptor
        do throws(Errno) {
            let number = network.rawValue
            owner = FileDescriptor(owning: try valueOrErrno(.namespace) { clinux_namespace_owner(number) })
        } catch {
            // The owner is outside of everything that this process can see: above its own user namespace.
            if error == .notPermitted { return false }
            throw error
        }
        while true {
            let status = try owner.status()
            if status.inode == own.inode, status.device == own.device { return true }
            do throws(Errno) {
                let number = owner.rawValue
                owner = FileDescriptor(owning: try valueOrErrno(.namespace) { clinux_namespace_parent(number) })
            } catch {
                if error == .notPermitted { return false }
                throw error
            }
        }
    }

    /// The ID of `user` outside of the user namespace of this process; nil if this is the initial namespace, which maps
    /// all IDs to themselves, or if it has none.
    package static func outerUser(of user: UserID) -> UserID? {
        (try? userMap()).flatMap { outerUser(of: user, in: $0) }
    }

    /// Whether this process is in the initial user namespace; nil if that cannot be determined.
    package static var isInitial: Bool? {
        guard let map = try? userMap() else { return nil }
        return ranges(in: map).contains { $0.isInitial }
    }

    /// Whether the user namespace of this process maps `user`; true also if that cannot be determined.
    package static func knows(_ user: UserID) -> Bool {
        guard let map = try? userMap() else { return true }
        return ranges(in: map).contains { $0.place(of: user) != nil }
    }

    /// Whether `owner`, as a file shows it, may be any user that has no ID in the user namespace of this process: the
    /// overflow user, outside of the initial namespace (user_namespaces(7)). A namespace may map that number as well.
    package static func hides(_ owner: UserID) -> Bool { owner == .overflow && isInitial == false }

    private static func userMap() throws(Errno) -> ByteString {
        ByteString(try FileDescriptor.open("/proc/self/uid_map", .readOnly).readToEnd(limit: 1 << 16))
    }

    /// A line of uid_map: maps `count` IDs from `inside` on to those from `outside` on.
    private struct Mapping {
        let inside: UInt64
        let outside: UInt64
        let count: UInt64

        /// Whether it is the only one of the initial namespace, which maps all IDs to themselves.
        var isInitial: Bool { inside == 0 && outside == 0 && count == UInt64(UInt32.max) }

        /// The offset of `user` from `inside`; nil if it is not in the range.
        func place(of user: UserID) -> UInt64? {
            let number = UInt64(user.rawValue)
            return number >= inside && number - inside < count ? number - inside : nil
        }
    }

    private static func ranges(in map: ByteString) -> [Mapping] {
        map.split(on: 0x0A).compactMap { line in
            let words = line.split(on: 0x20).filter { !$0.isEmpty }
            let fields = words.compactMap { Digits.number($0, upTo: UInt64(UInt32.max)) }
            guard words.count == 3, fields.count == 3 else { return nil }
            return Mapping(inside: fields[0], outside: fields[1], count: fields[2])
        }
    }

    /// Like `outerUser(of:)`, with `map` as the content of uid_map: lines of inside, outside and count.
    static func outerUser(of user: UserID, in map: ByteString) -> UserID? {
        for mapping in ranges(in: map) {
            guard !mapping.isInitial, let place = mapping.place(of: user) else { continue }
            return UInt32(exactly: mapping.outside + place).map { UserID(rawValue: $0) }
        }
        return nil
    }

    /// Whether two processes share a network namespace; nil if that cannot be determined.
    package static func shareNetwork(_ one: ByteString, _ other: ByteString) -> Bool? {
        guard let one = try? readLink("/proc/\(one)/ns/net"), let other = try? readLink("/proc/\(other)/ns/net") else {
            return nil
        }
        return one == other
    }

    /// Whether `process` is in another namespace of control groups than the first one; false if that cannot be determined.
    package static func hidesControlGroups(of process: ByteString) -> Bool {
        // PROC_CGROUP_INIT_INO (include/linux/proc_ns.h).
        (try? readLink("/proc/\(process)/ns/cgroup")).map { $0 != "cgroup:[4026531835]" } ?? false
    }

    /// Calls `body` in the network namespace of `process`, and then switches back.
    ///
    /// Needs root. The corresponding system call is setns(2), which moves only the calling thread.
    package static func inNetwork<Result>(of process: ByteString, _ body: () -> Result) throws(Errno) -> Result {
        try inNetwork(at: "/proc/\(process)/ns/net", body)
    }

    /// Calls `body` in the network namespace with the file `path`, such as a name below /run/netns, and then switches
    /// back. Needs root.
    package static func inNetwork<Result>(at path: ByteString, _ body: () -> Result) throws(Errno) -> Result {
        let home = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly)
        let there = try FileDescriptor.open(path, [.readOnly, .nonBlocking])
        let (homeNumber, number) = (home.rawValue, there.rawValue)
        try nothingOrErrno(.namespace) { clinux_enter_network(number) }
        defer { _ = clinux_enter_network(homeNumber) }
        return body()
    }
}
