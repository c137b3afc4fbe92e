// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The file of a running process, which another file may have replaced in the meantime.
extension ProgramFile {
    /// Examines the file that `process` was started from, under its old path; nil if this process may not.
    init?(runBy process: Int32) {
        guard var file = try? ProgramFile("/proc/\(process)/exe", searchPath: "") else { return nil }
        if let path = Self.pathOfDeleted(file.path) { file.path = path }
        self = file
    }

    /// Examines the file that has replaced the one that `process` was started from; nil if there is none.
    init?(replacingThatOf process: Int32) {
        guard let path = (try? readLink("/proc/\(process)/exe")).flatMap(Self.pathOfDeleted),
            let file = try? ProgramFile(path, searchPath: "")
        else { return nil }
        self = file
    }

    /// The old path of a deleted file; nil if the file is still there.
    private static func pathOfDeleted(_ path: ByteString) -> ByteString? {
        // The kernel appends this text to the name of a deleted file (proc_pid_exe(5)).
        let mark: ByteString = " (deleted)"
        return path.hasSuffix(mark) ? ByteString(path.bytes.dropLast(mark.count)) : nil
    }
}
