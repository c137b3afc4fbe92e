// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The file of a process that runs, which another file may have replaced since.
extension ProgramFile {
    /// Looks at the file that `process` was started from, under its old path; nil if this process may not.
    init?(runBy process: Int32) {
        guard var file = try? ProgramFile("/proc/\(process)/exe", searchPath: "") else { return nil }
        if let path = Self.pathOfDeleted(file.path) { file.path = path }
        self = file
    }

    /// Looks at the file that has taken the place of the one that `process` was started from; nil if none has.
    init?(replacingThatOf process: Int32) {
        guard let path = (try? readLink("/proc/\(process)/exe")).flatMap(Self.pathOfDeleted),
            let file = try? ProgramFile(path, searchPath: "")
        else { return nil }
        self = file
    }

    /// The path that a deleted file had; nil if it is still there.
    private static func pathOfDeleted(_ path: ByteString) -> ByteString? {
        // What the kernel appends to the name of a file that is no longer there (proc_pid_exe(5)).
        let mark: ByteString = " (deleted)"
        return path.hasSuffix(mark) ? ByteString(path.bytes.dropLast(mark.count)) : nil
    }
}
