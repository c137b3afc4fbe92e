// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

extension EnforcementNotice {
    /// Whether the files of the policy are as they were when the kernel got it.
    ///
    /// `lowport grant` and its like bring every change into the kernel; an editor does not. What is asked is when files
    /// and folders last changed. Members of groups may have changed all the same.
    public static var isCurrent: Bool {
        guard let written = changed("\(folder)/\(name)") else { return false }
        if [ByteString("/etc/lowport"), "/etc/lowport/rules", "/etc/authbind"].contains(where: { isNewer($0, written) })
        {
            return false
        }
        return !hasNewer("/etc/lowport/rules.d", written) && !hasNewer("/etc/authbind/byport", written)
            && !hasNewer("/etc/authbind/byaddr", written) && !hasNewer("/etc/authbind/byuid", written)
    }

    private static func hasNewer(_ path: ByteString, _ time: Int64) -> Bool {
        if isNewer(path, time) { return true }
        guard let names = try? FileDescriptor.open(path, [.readOnly, .directory]).names() else { return false }
        return names.contains { isNewer("\(path)/\($0)", time) }
    }

    private static func isNewer(_ path: ByteString, _ time: Int64) -> Bool { changed(path).map { $0 > time } ?? false }

    private static func changed(_ path: ByteString) -> Int64? { (try? FileStatus(of: path))?.changed }
}
