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
}
