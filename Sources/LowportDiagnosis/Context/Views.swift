// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy

extension BindContext {
    /// Calls `look` in the network namespace of the process; nil if that namespace cannot be entered.
    func inItsNetwork<Result>(_ look: () -> Result) -> Result? {
        switch unit?.network {
        case .own: return nil
        case .path(let path, _): return try? Namespaces.inNetwork(at: path, look)
        case .machine, nil: break
        }
        if Namespaces.shareNetwork("self", process.directory) != false { return look() }
        return try? Namespaces.inNetwork(of: process.directory, look)
    }
}

extension BindRequest {
    /// `IPv4` or `IPv6`.
    var familyName: ByteString { if case .v4 = address { "IPv4" } else { "IPv6" } }

    /// Calls `look` with the real user and groups of the request; nil if this process cannot take them on.
    func asRequester<Result>(_ look: () -> Result) -> Result? { asUser(user, groups, look) }
}

/// Calls `look` with this real user and these groups; nil if this process cannot take them on, which only root can do
/// for other users, and only while there are no other threads: they would take them on as well.
func asUser<Result>(_ user: UserID, _ groups: [GroupID], _ look: () -> Result) -> Result? {
    let ours = [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? [])
    if user == CurrentProcess.realUser, Set(groups) == Set(ours) { return look() }
    guard (try? CurrentProcess.requireSingleThread()) != nil else { return nil }
    return try? Impersonation.withRealIdentity(user: user, groups: groups, look)
}

/// The first directory on the way to `path` that the real user may not search; nil if there is none.
func unsearchableDirectory(above path: ByteString) -> ByteString? {
    let separator = UInt8(ascii: "/")
    var whole = path
    if !path.hasPrefix("/"), let start = try? readLink("/proc/self/cwd") { whole = start + "/" + path }
    return whole.bytes.indices.lazy.filter { whole.bytes[$0] == separator }
        .map { $0 == 0 ? "/" : ByteString(whole.bytes[..<$0]) }
        .first { accessError(.execute, to: $0) == .permissionDenied }
}

/// Why access(2) denies the real user access to `path`; nil if it does not.
func accessError(_ kind: AccessKind, to path: ByteString) -> Errno? {
    do throws(Errno) {
        try checkAccess(kind, to: path)
        return nil
    } catch { return error }
}
