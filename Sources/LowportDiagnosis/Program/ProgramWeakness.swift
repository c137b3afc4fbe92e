// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The users who can replace a program, and so get what the program is given.
extension ProgramFile {
    /// The warning of a remedy that gives something to the program, or to more users of the program.
    var warning: ByteString { weakness.map { "; but \($0)" } ?? "" }

    /// Which user besides root can change the file at `path`, or a directory on the way to it; nil if none can.
    ///
    /// In a directory with the sticky bit, no user can replace what belongs to another user (inode(7)).
    static func weakness(of path: ByteString) -> ByteString? {
        var place = path
        if !path.hasPrefix("/"), let directory = try? readLink("/proc/self/cwd") { place = directory + "/" + path }
        let separator = UInt8(ascii: "/")
        var isFile = true
        while !place.isEmpty {
            if let status = try? FileStatus(of: place) {
                if status.owner != .root { return "\(place) belongs to uid \(status.owner), who can change it" }
                if status.mode.isWritableByGroupOrOthers, isFile || status.mode.rawValue & 0o1000 == 0 {
                    return "\(place) has mode \(status.mode), so that others than root can change it"
                }
            }
            isFile = false
            guard place != "/", let slash = place.bytes.lastIndex(of: separator) else { return nil }
            place = slash == 0 ? "/" : ByteString(place.bytes[..<slash])
        }
        return nil
    }
}
