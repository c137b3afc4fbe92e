// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension CurrentProcess {
    /// Sets the name of this process, cut to 15 bytes (`PR_SET_NAME`, prctl(2)).
    package static func name(_ name: ByteString) {
        unsafe name.withCString { _ = clinux_prctl(PR_SET_NAME, UInt(bitPattern: $0), 0, 0, 0) }
    }

    /// Runs `body` in a new process that is no child of this one: it needs no wait and sends no SIGCHLD.
    ///
    /// The new process has its own session, so that signals from the terminal do not reach it (setsid(2)).
    /// Must be called while the process has one thread. The corresponding system call is fork(2), twice.
    package static func detach(_ body: () -> Int32) throws(Errno) {
        let child = try valueOrErrno(.fork) { clinux_fork_silently() }
        if child == 0 {
            guard let grandchild = try? valueOrErrno(.fork, { clinux_fork() }) else { _exit(1) }
            if grandchild > 0 { _exit(0) }
            _ = setsid()
            _exit(body())
        }
        var status: Int32 = 0
        try nothingOrErrno(.wait) { unsafe clinux_wait_for(child, &status) }
        if status != 0 { throw .wouldBlock }
    }

    /// Starts `program` with `input` as its descriptor 0 and no other open descriptors than 1 and 2.
    /// - Returns: the ID of the child, which the caller must reap.
    package static func spawn(
        _ program: ByteString,
        arguments: [ByteString],
        input: InheritedDescriptor
    ) throws(Errno) -> Int32 {
        let child = try valueOrErrno(.fork) { clinux_fork() }
        if child > 0 { return child }
        if dup2(input.rawValue, 0) == 0 {
            Confinement.closeDescriptors(from: 3)
            try? execute(program, arguments: arguments)
        }
        _exit(127)
    }

    /// Waits for a child and reaps it (waitpid(2)).
    package static func collect(_ child: Int32) { _ = try? nothingOrErrno(.wait) { clinux_wait_for(child, nil) } }

    /// Changes to the root directory and redirects the standard descriptors to /dev/null.
    ///
    /// Where there is no /dev/null, as below a bare chroot(2), they become descriptors that cannot be read or written. They are
    /// open all the same: musl ends a program with privileges that is started without.
    package static func leaveStandardDescriptors() throws(Errno) {
        let null =
            if let open = try? FileDescriptor.open("/dev/null", .readWrite) { open } else {
                try FileDescriptor.open("/", [.readOnly, .directory])
            }
        for number in 0...2 as ClosedRange<Int32> {
            let source = null.rawValue
            try nothingOrErrno(.duplicate) { dup2(source, number) }
        }
        _ = unsafe chdir("/")
    }
}

extension Confinement {
    /// Closes every descriptor except the standard ones and `kept`, which becomes 3.
    package static func keepOnly(_ kept: InheritedDescriptor) throws(Errno) -> FileDescriptor {
        if kept.rawValue != 3 { try nothingOrErrno(.duplicate) { dup2(kept.rawValue, 3) } }
        closeDescriptors(from: 4)
        try nothingOrErrno(.fcntl) { clinux_fcntl(3, F_SETFD, Int(FD_CLOEXEC)) }
        return FileDescriptor(owning: 3)
    }
}

extension CurrentProcess {
    /// Moves the descriptors `numbers`, which it takes over, to `first` and up, kept open across execve(2).
    ///
    /// Closes the previous descriptors there. The corresponding system calls are fcntl(2) with `F_DUPFD` and dup2(2).
    package static func handOver(_ numbers: [Int32], from first: Int32) throws(Errno) {
        // Move all out of the way first, so that none is overwritten.
        let above = Int(first) + numbers.count
        var moved: [Int32] = []
        for number in numbers {
            moved.append(try valueOrErrno(.fcntl) { clinux_fcntl(number, F_DUPFD_CLOEXEC, above) })
            _ = LowportCLinux.close(number)
        }
        for (index, number) in moved.enumerated() {
            try nothingOrErrno(.duplicate) { dup2(number, first + Int32(index)) }
        }
    }
}
