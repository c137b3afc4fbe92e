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

/// A thread of another process, held so that its number cannot come to mean another (pidfd_open(2)).
public struct HeldThread: ~Copyable {
    /// Its number.
    public let thread: Int32
    private let handle: FileDescriptor

    /// Takes hold of `thread` or, before Linux 6.9, of its process.
    public init(_ thread: Int32) throws(Errno) {
        self.thread = thread
        handle = try Self.open(thread)
    }

    /// A descriptor of our own for its descriptor `number`. Throws ESRCH if it has ended.
    ///
    /// The corresponding system call is pidfd_getfd(2).
    public func descriptor(_ number: Int32) throws(Errno) -> FileDescriptor {
        let handle = handle.rawValue
        return FileDescriptor(owning: try valueOrErrno(.openProcess) { clinux_pidfd_getfd(handle, number) })
    }

    private static func open(_ thread: Int32) throws(Errno) -> FileDescriptor {
        let threads = UInt32(O_EXCL)  // PIDFD_THREAD
        do throws(Errno) {
            return FileDescriptor(owning: try valueOrErrno(.openProcess) { clinux_pidfd_open(thread, threads) })
        } catch {
            if error != .invalidArgument { throw error }
        }
        let status = try ProcessStatus(of: thread)
        return FileDescriptor(owning: try valueOrErrno(.openProcess) { clinux_pidfd_open(status.process, 0) })
    }
}

/// What /proc says of a thread (proc_pid_status(5)).
public struct ProcessStatus: Sendable {
    /// The process that the thread belongs to.
    public let process: Int32
    /// Its real user.
    public let user: UserID
    /// Its real group.
    public let group: GroupID
    /// The capabilities that are in effect, bit by number.
    public let effective: UInt64

    /// Reads the status of `thread`.
    public init(of thread: Int32) throws(Errno) {
        let file = try FileDescriptor.open("/proc/\(thread)/status", .readOnly)
        let text = ByteString(try file.readToEnd(limit: 1 << 16))
        var values: (Int32?, UInt32?, UInt32?, UInt64?)
        for line in text.split(on: UInt8(ascii: "\n")) {
            let fields = line.split(on: UInt8(ascii: "\t"))
            guard fields.count >= 2 else { continue }
            let number = { (radix: UInt64) in Self.number(fields[1], radix) }
            if fields[0] == "Tgid:" { values.0 = number(10).map { Int32(truncatingIfNeeded: $0) } }
            if fields[0] == "Uid:" { values.1 = number(10).map { UInt32(truncatingIfNeeded: $0) } }
            if fields[0] == "Gid:" { values.2 = number(10).map { UInt32(truncatingIfNeeded: $0) } }
            if fields[0] == "CapEff:" { values.3 = number(16) }
        }
        guard let process = values.0, let user = values.1, let group = values.2, let effective = values.3 else {
            throw .noSuchProcess
        }
        self.process = process
        self.user = UserID(rawValue: user)
        self.group = GroupID(rawValue: group)
        self.effective = effective
    }

    private static func number(_ text: ByteString, _ radix: UInt64) -> UInt64? {
        var value: UInt64 = 0
        for byte in text.bytes {
            let digit: UInt64
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
            if digit >= radix { return nil }
            value = value &* radix &+ digit
        }
        return text.isEmpty ? nil : value
    }
}
