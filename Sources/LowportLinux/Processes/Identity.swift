// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A user ID.
public struct UserID: RawRepresentable, Hashable, Sendable, ByteStringConvertible {
    /// The number, a `uid_t`.
    public let rawValue: UInt32

    /// Creates the identity with the number `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// User 0.
    public static var root: UserID { UserID(rawValue: 0) }

    /// The user that stands for those without a number in a user namespace, and who owns nothing on most machines: the
    /// default of `/proc/sys/kernel/overflowuid` (user_namespaces(7)).
    package static var overflow: UserID { UserID(rawValue: 65534) }

    /// The number in decimal.
    package var byteString: ByteString { ByteString(decimal: rawValue) }
}

/// A group ID.
public struct GroupID: RawRepresentable, Hashable, Comparable, Sendable, ByteStringConvertible {
    /// The number, a `gid_t`.
    public let rawValue: UInt32

    /// Creates the identity with the number `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Numeric order.
    public static func < (left: GroupID, right: GroupID) -> Bool { left.rawValue < right.rawValue }

    /// Group 0.
    public static var root: GroupID { GroupID(rawValue: 0) }

    /// The number in decimal.
    package var byteString: ByteString { ByteString(decimal: rawValue) }
}

/// The real and effective identities of this process (credentials(7)).
package enum CurrentProcess {
    /// The user who started it.
    package static var realUser: UserID { UserID(rawValue: getuid()) }
    /// The user whose rights it has.
    package static var effectiveUser: UserID { UserID(rawValue: geteuid()) }
    /// The group of the user who started it.
    package static var realGroup: GroupID { GroupID(rawValue: getgid()) }
    /// The group whose rights it has.
    package static var effectiveGroup: GroupID { GroupID(rawValue: getegid()) }
    /// The process ID.
    package static var identifier: Int32 { getpid() }
    /// The parent process ID.
    package static var parent: Int32 { getppid() }

    /// Whether it has more privileges than its caller: set-id, or file capabilities (`AT_SECURE`).
    package static var isSecureExecution: Bool { getauxval(UInt(AT_SECURE)) != 0 }

    /// The supplementary groups.
    ///
    /// The corresponding system call is getgroups(2).
    package static func supplementaryGroups() throws(Errno) -> [GroupID] {
        let count = try valueOrErrno(.getGroups) { getgroups(0, nil) }
        var groups = [gid_t](repeating: 0, count: Int(count))
        let stored = try valueOrErrno(.getGroups) {
            unsafe groups.withUnsafeMutableBufferPointer { unsafe getgroups(count, $0.baseAddress) }
        }
        return groups.prefix(Int(stored)).map { GroupID(rawValue: $0) }
    }
}
