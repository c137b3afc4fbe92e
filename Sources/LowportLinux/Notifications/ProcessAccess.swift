// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Access to another process with the rights of a debugger: the same identity, or `CAP_SYS_PTRACE` (ptrace(2)).
package enum ProcessAccess {
    /// Reads `count` bytes at `address` in the memory of the process of `thread`.
    ///
    /// The corresponding system call is process_vm_readv(2). Throws EFAULT if not all of them are mapped.
    package static func memory(of thread: Int32, at address: UInt64, count: Int) throws(Errno) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let read = try valueOrErrno(.readMemory) {
            unsafe buffer.withUnsafeMutableBytes { unsafe clinux_read_memory(thread, address, $0.baseAddress, count) }
        }
        if read != count { throw .badAddress }
        return buffer
    }

    /// Calls `attempt`, and keeps the memory and descriptor for its test of access to this process until it returns.
    /// - Parameter descriptor: a descriptor that is open.
    package static func offering<Result>(
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

/// The memory and descriptor of a process by which another tests its access.
package struct ProcessSample: Sendable {
    let process: Int32
    let address: UInt64
    let descriptor: Int32

    /// The same sample in `child`, a fork of the process of this sample.
    package func of(_ child: Child) -> ProcessSample {
        ProcessSample(process: child.identifier, address: address, descriptor: descriptor)
    }

    /// Makes all accesses that inspecting a program takes: descriptors, memory, credentials.
    ///
    /// Throws EPERM if the kernel forbids it, for example Yama, or a seccomp filter on this process.
    package func inspect() throws(Errno) {
        let thread = try HeldThread(process)
        _ = try thread.descriptor(descriptor)
        _ = try thread.credentials()
        _ = try ProcessAccess.memory(of: process, at: address, count: 8)
    }
}
