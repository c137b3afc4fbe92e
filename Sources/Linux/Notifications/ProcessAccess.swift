// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Another process, to be looked into as a debugger may: with the same identity, or with `CAP_SYS_PTRACE` (ptrace(2)).
public enum ProcessAccess {
    /// The `count` bytes at `address` in the memory of the process that `thread` belongs to.
    ///
    /// The corresponding system call is process_vm_readv(2). Throws EFAULT if not all of them are there.
    public static func memory(of thread: Int32, at address: UInt64, count: Int) throws(Errno) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let read = try valueOrErrno(.readMemory) {
            unsafe buffer.withUnsafeMutableBytes { unsafe clinux_read_memory(thread, address, $0.baseAddress, count) }
        }
        if read != count { throw .badAddress }
        return buffer
    }
}
