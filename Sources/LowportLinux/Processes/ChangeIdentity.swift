// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension CurrentProcess {
    /// Gives all threads of the process exactly these supplementary groups. Needs CAP_SETGID.
    ///
    /// The corresponding C function is setgroups(2).
    package static func setSupplementaryGroups(_ groups: [GroupID]) throws(Errno) {
        let numbers = groups.map { $0.rawValue }
        try nothingOrErrno(.setIdentity) {
            unsafe numbers.withUnsafeBufferPointer { unsafe setgroups($0.count, $0.baseAddress) }
        }
    }

    /// Makes `group` the real, effective and saved group of all threads of the process. Needs CAP_SETGID.
    ///
    /// The corresponding C function is setresgid(2).
    package static func becomeGroup(_ group: GroupID) throws(Errno) {
        try nothingOrErrno(.setIdentity) { clinux_become_group(group.rawValue) }
    }

    /// Makes `user` the real, effective and saved user of all threads of the process. Needs CAP_SETUID.
    ///
    /// The corresponding C function is setresuid(2).
    package static func becomeUser(_ user: UserID) throws(Errno) {
        try nothingOrErrno(.setIdentity) { clinux_become_user(user.rawValue) }
    }
}
