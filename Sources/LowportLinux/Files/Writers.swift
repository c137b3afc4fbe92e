// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Whether any process has the regular file, open here for reading, open for writing now.
    ///
    /// The corresponding system call is fcntl(2) with `F_SETLEASE`: no process gets a read lease on a file that has a writer.
    /// Throws EACCES if the file belongs to another user and the process lacks `CAP_LEASE`, and EINVAL on file systems without leases.
    package func hasWriter() throws(Errno) -> Bool {
        let descriptor = rawValue
        do throws(Errno) {
            try nothingOrErrno(.fcntl) { clinux_try_read_lease(descriptor) }
            return false
        } catch {
            if error == .wouldBlock { return true }
            throw error
        }
    }

    /// Why a process may be changing the regular file, open here for reading, as the end of a sentence that begins with its
    /// name; nil if none has it open for writing.
    ///
    /// What cannot be known is a reason as well: fcntl(2) says EINVAL on file systems without leases, and everywhere while
    /// `fs.leases-enable` is 0 (proc_sys_fs(5)).
    package var doubtOfWriters: ByteString? {
        do throws(Errno) {
            return try hasWriter() ? "is open for writing" : nil
        } catch {
            let reason: ByteString =
                error == .invalidArgument ? "the file has no leases here, or fs.leases-enable is 0" : error.sentence
            return "may be open for writing: \(reason)"
        }
    }
}
