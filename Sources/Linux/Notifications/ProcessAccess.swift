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

    /// Whether another process that may look into this one is let: `attempt` is called while what it needs is there.
    /// - Parameter descriptor: a descriptor that is open.
    public static func offering<Result>(
        _ descriptor: InheritedDescriptor,
        _ attempt: (ProcessSample) -> Result
    ) -> Result {
        let content = [UInt8](repeating: 0x4C, count: 8)
        return unsafe content.withUnsafeBytes { bytes in
            let address = UInt64(UInt(bitPattern: bytes.baseAddress))
            return attempt(
                ProcessSample(process: CurrentProcess.identifier, address: address, descriptor: descriptor.rawValue)
            )
        }
    }
}

/// What there is in a process for another to try whether it may look there.
public struct ProcessSample: Sendable {
    let process: Int32
    let address: UInt64
    let descriptor: Int32

    /// What there is in `child`, a copy of the process that the sample is of.
    public func of(_ child: Child) -> ProcessSample {
        ProcessSample(process: child.identifier, address: address, descriptor: descriptor)
    }

    /// Does all that looking into a program takes: its descriptors, its memory, its credentials.
    ///
    /// Throws EPERM where the kernel forbids it, as Yama does, or a filter of system calls around this process.
    public func inspect() throws(Errno) {
        let thread = try HeldThread(process)
        _ = try thread.descriptor(descriptor)
        _ = try thread.credentials()
        _ = try ProcessAccess.memory(of: process, at: address, count: 8)
    }
}
