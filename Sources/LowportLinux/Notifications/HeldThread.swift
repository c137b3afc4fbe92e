// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A thread of another process, with descriptors that stay its own when its ID is reused (pidfd_open(2), proc(5)).
package struct HeldThread: ~Copyable {
    /// Its ID.
    package let thread: Int32
    private let handle: FileDescriptor
    /// Its directory below /proc, which stays this thread's when the ID is reused.
    private let directory: FileDescriptor
    /// The file `status` in it, whose content the kernel generates at each read.
    private let status: FileDescriptor

    /// Opens `thread` or, before Linux 6.9, its process.
    package init(_ thread: Int32) throws(Errno) {
        let directory = try FileDescriptor.open("/proc/\(thread)", [.pathOnly, .directory])
        let status = try FileDescriptor.open("status", .readOnly, in: directory)
        let handle = try Self.open(thread, status)
        self.thread = thread
        self.directory = directory
        self.status = status
        self.handle = handle
    }

    /// Duplicates its descriptor `number` into this process. Throws ESRCH if the thread has ended.
    ///
    /// The corresponding system call is pidfd_getfd(2).
    package func descriptor(_ number: Int32) throws(Errno) -> FileDescriptor {
        let handle = handle.rawValue
        return FileDescriptor(owning: try valueOrErrno(.openProcess) { clinux_pidfd_getfd(handle, number) })
    }

    /// Its present credentials. Throws ESRCH or ENOENT if the thread has ended.
    package func credentials() throws(Errno) -> ThreadCredentials { try ThreadCredentials(in: directory, status) }

    /// Its present user namespace. Throws ESRCH or ENOENT if the thread has ended.
    package func userNamespace() throws(Errno) -> NamespaceID { try NamespaceID(of: "ns/user", in: directory) }

    private static func open(_ thread: Int32, _ status: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        let threads = UInt32(O_EXCL)  // PIDFD_THREAD
        do throws(Errno) {
            return FileDescriptor(owning: try valueOrErrno(.openProcess) { clinux_pidfd_open(thread, threads) })
        } catch {
            if error != .invalidArgument { throw error }
        }
        let process = try ProcessStatus(of: status).process
        return FileDescriptor(owning: try valueOrErrno(.openProcess) { clinux_pidfd_open(process, 0) })
    }
}
