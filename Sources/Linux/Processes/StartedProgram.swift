// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension CurrentProcess {
    /// The path by which the starter named this program, with its links, and relative to the working directory if it was.
    ///
    /// nil if the program was started with more rights than its starter has, who may have made the path up. The
    /// corresponding C function is getauxval(3) with `AT_EXECFN`.
    public static var pathOfStart: ByteString? {
        if isSecureExecution { return nil }
        let path = unsafe ByteString(cString: UnsafePointer(bitPattern: getauxval(UInt(AT_EXECFN))))
        return path.isEmpty ? nil : path
    }

    /// Whether the file of this program gave it another user or group than its starter's.
    ///
    /// A program that gained rights and cannot look at its file counts as one.
    public static var isSetID: Bool {
        guard isSecureExecution else { return false }
        guard let status = try? FileStatus(of: "/proc/self/exe") else { return true }
        return status.mode.isSetID
    }
}
