// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension CurrentProcess {
    /// The path that execve(2) got for this program: with its links, and possibly relative.
    ///
    /// Nil if the program has more privileges than its caller, which may have forged the path. The corresponding C
    /// function is getauxval(3) with `AT_EXECFN`.
    package static var pathOfStart: ByteString? {
        if isSecureExecution { return nil }
        let path = unsafe ByteString(cString: UnsafePointer(bitPattern: getauxval(UInt(AT_EXECFN))))
        return path.isEmpty ? nil : path
    }

    /// Whether the program file's set-id bits gave it another user or group than the caller's.
    ///
    /// True for a program that gained privileges and cannot read the status of its file.
    package static var isSetID: Bool {
        guard isSecureExecution else { return false }
        guard let status = try? FileStatus(of: "/proc/self/exe") else { return true }
        return status.mode.isSetID
    }
}
