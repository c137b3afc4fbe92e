// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The only system calls that the privileged program may make after its setup.
///
/// Any other call, and any call of another architecture or of x32, terminates the process by SIGSYS. A process that
/// waits for it then sees the signal, which allows nothing.
package struct AllowedCalls: Sendable {
    /// The required value of an argument; the filter compares its lower 32 bits.
    enum Condition: Sendable {
        /// Argument `index` is one of `values`.
        case oneOf(index: Int, values: [UInt32])
        /// Argument `index` has none of the bits of `mask`.
        case noBits(index: Int, mask: UInt32)
    }

    /// A system call and the condition for its arguments.
    struct Call: Sendable {
        let number: Int
        let condition: Condition?

        init(_ number: Int, _ condition: Condition? = nil) {
            self.number = number
            self.condition = condition
        }
    }

    let calls: [Call]
    /// Whether the process makes so many calls that the kernel's cache of calls that are always allowed pays off.
    let isLongLived: Bool

    /// The calls for one bind after the rules are read: querying the tree, the socket on descriptor 0, and the log.
    ///
    /// Files can only be opened for reading, memory cannot be made executable, and new sockets are UNIX sockets.
    package static var ofOneBind: AllowedCalls { AllowedCalls(calls: common, isLongLived: false) }

    /// The calls of a long-running helper: also reading the rules, receiving from the supervisor, inspecting the
    /// programs of its user (`HeldThread`), answering their calls, and recording them.
    package static var ofService: AllowedCalls { AllowedCalls(calls: common + service, isLongLived: true) }

    private static var common: [Call] {
        let executable = Condition.noBits(index: 2, mask: UInt32(PROT_EXEC))
        let writing = UInt32(O_ACCMODE | O_CREAT | O_TRUNC)
        return [
            // Memory.
            Call(clinux_SYS_brk), Call(clinux_SYS_munmap), Call(clinux_SYS_mremap), Call(clinux_SYS_madvise),
            Call(clinux_SYS_mmap, executable), Call(clinux_SYS_mprotect, executable), Call(clinux_SYS_futex),
            Call(clinux_SYS_getrandom),
            // Files.
            Call(clinux_SYS_open, .noBits(index: 1, mask: writing)),
            Call(clinux_SYS_openat, .noBits(index: 2, mask: writing)), Call(clinux_SYS_read),
            Call(clinux_SYS_pread64), Call(clinux_SYS_write), Call(clinux_SYS_close), Call(clinux_SYS_fstat),
            Call(clinux_SYS_newfstatat), Call(clinux_SYS_statx), Call(clinux_SYS_fcntl), Call(clinux_SYS_access),
            Call(clinux_SYS_faccessat), Call(clinux_SYS_faccessat2),
            // The process, and the time.
            Call(clinux_SYS_rt_sigprocmask), Call(clinux_SYS_rt_sigreturn), Call(clinux_SYS_getpid),
            Call(clinux_SYS_getppid), Call(clinux_SYS_gettid), Call(clinux_SYS_getuid), Call(clinux_SYS_capset),
            Call(clinux_SYS_clock_gettime), Call(clinux_SYS_gettimeofday), Call(clinux_SYS_time),
            Call(clinux_SYS_exit), Call(clinux_SYS_exit_group), Call(clinux_SYS_restart_syscall),
            // Sockets.
            Call(clinux_SYS_socket, .oneOf(index: 0, values: [UInt32(AF_UNIX)])), Call(clinux_SYS_connect),
            Call(clinux_SYS_bind), Call(clinux_SYS_sendto), Call(clinux_SYS_sendmsg), Call(clinux_SYS_getsockopt),
            Call(clinux_SYS_getsockname), Call(clinux_SYS_poll), Call(clinux_SYS_ppoll),
        ]
    }

    private static var service: [Call] {
        let requests = [clinux_NOTIF_RECV, clinux_NOTIF_SEND, clinux_NOTIF_ID_VALID]
        return [
            Call(clinux_SYS_getdents64), Call(clinux_SYS_readlink), Call(clinux_SYS_readlinkat),
            Call(clinux_SYS_lseek), Call(clinux_SYS_stat), Call(clinux_SYS_lstat), Call(clinux_SYS_rt_sigaction),
            Call(clinux_SYS_alarm), Call(clinux_SYS_setitimer), Call(clinux_SYS_recvmsg),
            Call(
                clinux_SYS_ioctl,
                .oneOf(index: 1, values: requests.map { UInt32(truncatingIfNeeded: $0) })
            ),
            Call(clinux_SYS_process_vm_readv), Call(clinux_SYS_pidfd_open), Call(clinux_SYS_pidfd_getfd),
            Call(clinux_SYS_memfd_create), Call(clinux_SYS_ftruncate),
        ]
    }
}

extension AllowedCalls {
    /// The filter. It checks the architecture before the number; another architecture terminates the process.
    ///
    /// The kernel runs a new filter for every call number, to cache which calls are always allowed. For a process that
    /// makes only a few more calls, that costs more time than it saves; a load of anything but the number stops it.
    package var program: [FilterInstruction] {
        var program: [FilterInstruction] = []
        program.reserveCapacity(160)
        if !isLongLived { program.append(.load(8)) }
        let architecture = UInt32(bitPattern: Int32(clinux_architecture))
        program.append(.load(4))
        program.append(.skip(1, ifEqual: architecture))
        program.append(.kill)
        program.append(.load(0))
        for call in calls where call.number >= 0 { Self.append(call, to: &program) }
        program.append(.kill)
        return program
    }

    private static func append(_ call: Call, to program: inout [FilterInstruction]) {
        let number = UInt32(call.number)
        switch call.condition {
        case nil:
            program.append(.skip(1, unlessEqual: number))
            program.append(.allow)
        case .noBits(let index, let mask):
            program.append(.skip(4, unlessEqual: number))
            program.append(.load(lowHalf(of: index)))
            program.append(.skip(1, ifAnyOf: mask))
            program.append(.allow)
            program.append(.kill)
        case .oneOf(let index, let values):
            program.append(.skip(UInt8(2 + values.count * 2), unlessEqual: number))
            program.append(.load(lowHalf(of: index)))
            for value in values {
                program.append(.skip(1, unlessEqual: value))
                program.append(.allow)
            }
            program.append(.kill)
        }
    }

    /// The offset of the lower half of an argument in `struct seccomp_data`.
    private static func lowHalf(of index: Int) -> UInt32 { UInt32(16 + index * 8) }
}
