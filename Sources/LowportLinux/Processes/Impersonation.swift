// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Access checks on behalf of another user.
package enum Impersonation {
    /// Calls `body` with the *real* user and groups of another user, which access(2) checks; the effective IDs stay.
    ///
    /// Needs root. The corresponding functions are setgroups(2), setregid(2) and setreuid(2). Restores the old identity
    /// afterwards, also after an error.
    /// - Parameters:
    ///   - user: the real user.
    ///   - groups: the real group first, then the supplementary ones.
    package static func withRealIdentity<Result>(
        user: UserID,
        groups: [GroupID],
        _ body: () -> Result
    ) throws(Errno) -> Result {
        let oldUser = getuid()
        let oldGroup = getgid()
        let oldGroups = try CurrentProcess.supplementaryGroups()
        try CurrentProcess.setSupplementaryGroups(groups)
        defer { try? CurrentProcess.setSupplementaryGroups(oldGroups) }
        try nothingOrErrno(.setIdentity) { setregid(groups.first?.rawValue ?? oldGroup, ~0) }
        defer { _ = setregid(oldGroup, ~0) }
        try nothingOrErrno(.setIdentity) { setreuid(user.rawValue, ~0) }
        defer { _ = setreuid(oldUser, ~0) }
        return body()
    }
}
