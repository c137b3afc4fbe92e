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
    var parts = whole.split(on: separator)[...]
    var (directory, links) = (ByteString(), 0)
    while !parts.isEmpty {
        let place: ByteString = directory.isEmpty ? "/" : directory
        if accessError(.execute, to: place) == .permissionDenied { return place }
        let part = parts.removeFirst()
        switch part {
        case "", ".": continue
        case "..": directory = ByteString(directory.bytes[..<(directory.bytes.lastIndex(of: separator) ?? 0)])
        default:
            directory += "/" + part
            // As the kernel does, no more than forty links are followed.
            guard links < 40, let target = try? readLink(directory) else { continue }
            links += 1
            parts = target.split(on: separator) + parts
            let isAbsolute = target.hasPrefix("/")
            directory = isAbsolute ? "" : ByteString(directory.bytes.dropLast(part.count + 1))
        }
    }
    return nil
}

/// Why access(2) denies the real user access to `path`; nil if it does not.
func accessError(_ kind: AccessKind, to path: ByteString) -> Errno? {
    do throws(Errno) {
        try checkAccess(kind, to: path)
        return nil
    } catch { return error }
}
