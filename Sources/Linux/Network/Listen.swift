// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// Lets others connect to the socket. At most `backlog` connections wait to be accepted; the default is the most
    /// that the machine allows.
    ///
    /// The corresponding system call is listen(2).
    public func listen(backlog: Int32 = 4096) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.listen) { CLinux.listen(descriptor, backlog) }
    }

    /// Takes the next connection, waiting for it.
    ///
    /// The corresponding system call is accept4(2) with `SOCK_CLOEXEC`.
    public func accept() throws(Errno) -> FileDescriptor {
        let descriptor = rawValue
        let flags = Int32(clinux_SOCK_CLOEXEC)
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // The address is asked for so that strace(1) shows who came, as for other programs.
        let connection = try valueOrErrno(.accept) {
            unsafe withUnsafeMutablePointer(to: &storage) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe clinux_accept(descriptor, $0, &length, flags)
                }
            }
        }
        return FileDescriptor(owning: connection)
    }
}
