// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The descriptors that the process that starts a program passes on, as systemd does: descriptor 3 and those after it
/// (sd_listen_fds(3)).
package enum PassedDescriptors {
    /// The first of the descriptors.
    package static var first: Int32 { 3 }

    /// The greatest number of them that is believed.
    package static var limit: Int { 1000 }

    private static var count: ByteString { "LISTEN_FDS" }
    private static var process: ByteString { "LISTEN_PID" }
    private static var processFile: ByteString { "LISTEN_PIDFDID" }
    private static var names: ByteString { "LISTEN_FDNAMES" }

    // MARK: - For the program that is started

    /// How many the environment promises this process, until it is forgotten. 0 if the variables are of another process.
    ///
    /// Throws EINVAL if the number is none, or above the limit.
    package static var promised: Int {
        get throws(Errno) {
            guard isForThisProcess, let text = Environment.value(of: count) else { return 0 }
            guard let number = Digits.number(text, upTo: UInt64(limit)) else { throw .invalidArgument }
            return Int(number)
        }
    }

    /// How many there are; 0 if the environment does not say it properly.
    package static var number: Int { (try? promised) ?? 0 }

    /// The names in the environment, in the order of the descriptors; fewer than there are if some have none.
    package static var knownNames: [ByteString] {
        guard let text = Environment.value(of: names), !text.isEmpty else { return [] }
        return text.split(on: UInt8(ascii: ":"))
    }

    /// Removes the variables, so that child processes do not take the descriptors for theirs.
    package static func forget() {
        for name in [process, processFile, count, names] { Environment.remove(name) }
    }

    /// Takes over one of the descriptors, which programs that are started do not get, and forgets the others.
    /// - Parameter index: which one, counted from 0.
    package static func take(_ index: Int = 0) -> FileDescriptor {
        forget()
        let owned = FileDescriptor(owning: first + Int32(index))
        try? owned.setCloseOnExecute(true)
        return owned
    }

    /// Whether the variables are of this process and not of a parent that has left them in the environment.
    private static var isForThisProcess: Bool {
        guard let owner = Environment.value(of: process),
            owner == ByteString(decimal: CurrentProcess.identifier)
        else { return false }
        // IDs of processes are used again. Newer versions of systemd add a number that is not.
        guard let text = Environment.value(of: processFile) else { return true }
        guard let number = Digits.number(text) else { return false }
        guard let own = CurrentProcess.uniqueNumber else { return true }
        return number == own
    }

    // MARK: - For the program that starts it

    /// Moves the descriptors `numbers`, which it takes over, to where the program expects them that this process becomes
    /// by execve(2), and says so in the environment.
    /// - Parameter names: a name for each, separated by colons.
    package static func pass(_ numbers: [Int32], names text: ByteString) throws(Errno) {
        try CurrentProcess.handOver(numbers, from: first)
        Environment.remove(processFile)
        try Environment.set(count, to: ByteString(decimal: numbers.count))
        try Environment.set(process, to: ByteString(decimal: CurrentProcess.identifier))
        try Environment.set(names, to: text)
    }
}

extension CurrentProcess {
    /// The number that no other process of this machine has or will have: the inode of a pidfd (pidfd_open(2)).
    ///
    /// Nil for a kernel before 6.9, where all pidfds have the same.
    package static var uniqueNumber: UInt64? {
        guard let handle = try? valueOrErrno(.openProcess, { clinux_pidfd_open(identifier, 0) }) else { return nil }
        let file = FileDescriptor(owning: handle)
        // PID_FS_MAGIC (statfs(2)).
        guard (try? file.fileSystem())?.type == 0x5049_4446 else { return nil }
        return (try? file.status())?.inode
    }
}
