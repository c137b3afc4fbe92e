// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A socket address between a virtual machine and its host: a machine and a 32-bit port (vsock(7)).
package struct VsockAddress: Hashable, Sendable, ByteStringConvertible {
    /// The machine: 1 is this one, 2 the host; `any` is every address of this one.
    package let machine: UInt32
    /// The port, in host byte order.
    package let port: UInt32

    /// Creates an address.
    package init(machine: UInt32, port: UInt32) {
        self.machine = machine
        self.port = port
    }

    /// `VMADDR_CID_ANY`.
    package static var any: UInt32 { .max }

    /// Machine and port, separated by a colon.
    package var byteString: ByteString { "\(machine):\(port)" }

    fileprivate func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var native = clinux_sockaddr_vm()
        native.family = UInt16(clinux_AF_VSOCK)
        native.port = port
        native.cid = machine
        return unsafe lendSockaddr(&native) { unsafe body($0, 16) }
    }
}

extension FileDescriptor {
    /// Makes an unbound vsock stream socket. Throws EAFNOSUPPORT without kernel support.
    ///
    /// The corresponding system call is socket(2).
    package static func vsock() throws(Errno) -> FileDescriptor {
        let type = Int32(clinux_SOCK_STREAM | clinux_SOCK_CLOEXEC)
        return FileDescriptor(
            owning: try valueOrErrno(.socket) { LowportCLinux.socket(Int32(clinux_AF_VSOCK), type, 0) }
        )
    }
}

extension Descriptor where Self: ~Copyable {
    /// Binds the socket to `address`.
    ///
    /// The corresponding system call is bind(2).
    package func bind(to address: VsockAddress) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.bind) { unsafe address.withSockaddr { unsafe LowportCLinux.bind(descriptor, $0, $1) } }
    }

    /// Connects the socket to `address`.
    ///
    /// The corresponding system call is connect(2).
    package func connect(to address: VsockAddress) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.connect) {
            unsafe address.withSockaddr { unsafe LowportCLinux.connect(descriptor, $0, $1) }
        }
    }
}
