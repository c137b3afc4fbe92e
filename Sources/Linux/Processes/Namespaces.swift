// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// The network and user namespaces of a process (namespaces(7)), as far as this process may see them.
public enum Namespaces {
    /// Whether the capabilities that a process has in its user namespace count in its network namespace.
    ///
    /// They do if the user namespace owns the network namespace, or is an ancestor of the one that does
    /// (user_namespaces(7)). Throws if that cannot be found out.
    /// - Parameter process: a number below /proc, or `self`.
    public static func capabilitiesCount(inNetworkOf process: ByteString) throws(Errno) -> Bool {
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

    /// Who `user` is outside of the user namespace of this process; nil if that is the first one, where all are mapped to
    /// themselves, or if it is nobody.
    public static func outerUser(of user: UserID) -> UserID? {
        guard let text = try? FileDescriptor.open("/proc/self/uid_map", .readOnly).readToEnd(limit: 1 << 16) else {
            return nil
        }
        return outerUser(of: user, in: ByteString(text))
    }

    /// The same from `map`, the content of uid_map: lines of a first number inside, the first outside, and how many.
    static func outerUser(of user: UserID, in map: ByteString) -> UserID? {
        for line in map.split(on: 0x0A) {
            let words = line.split(on: 0x20).filter { !$0.isEmpty }
            let fields = words.compactMap { Digits.number($0, upTo: UInt64(UInt32.max)) }
            guard words.count == 3, fields.count == 3, fields != [0, 0, UInt64(UInt32.max)],
                user.rawValue >= fields[0]
            else { continue }
            let distance = UInt64(user.rawValue) - fields[0]
            if distance < fields[2] {
                return UInt32(exactly: fields[1] + distance).map { UserID(rawValue: $0) }
            }
        }
        return nil
    }

    /// Whether two processes are in the same network namespace; nil if that cannot be seen.
    public static func shareNetwork(_ one: ByteString, _ other: ByteString) -> Bool? {
        guard let one = try? readLink("/proc/\(one)/ns/net"), let other = try? readLink("/proc/\(other)/ns/net") else {
            return nil
        }
        return one == other
    }

    /// Calls `body` in the network namespace of `process`, and comes back.
    ///
    /// Needs root. The corresponding system call is setns(2), which moves the calling thread alone.
    public static func inNetwork<Result>(of process: ByteString, _ body: () -> Result) throws(Errno) -> Result {
        let home = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly)
        let there = try FileDescriptor.open("/proc/\(process)/ns/net", .readOnly)
        let (homeNumber, number) = (home.rawValue, there.rawValue)
        try nothingOrErrno(.namespace) { clinux_enter_network(number) }
        defer { _ = clinux_enter_network(homeNumber) }
        return body()
    }
}
