// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Names in the BPF file system that keep maps and links alive when nobody has them open.
public enum BpfPins {
    /// Gives the object of `descriptor` the name `path`. Throws EEXIST if there is such a name.
    public static func pin(_ descriptor: borrowing some Descriptor & ~Copyable, at path: ByteString) throws(Errno) {
        let descriptor = descriptor.rawValue
        try nothingOrErrno(.bpf) { unsafe path.withCString { unsafe clinux_bpf_pin(descriptor, $0) } }
    }

    /// Opens the object with the name `path`. Throws ENOENT if there is none.
    public static func open(_ path: ByteString) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try valueOrErrno(.bpf) { unsafe path.withCString { unsafe clinux_bpf_get($0) } })
    }

    /// Mounts a BPF file system at `path`, for root alone.
    ///
    /// The corresponding system call is mount(2).
    public static func mountFileSystem(at path: ByteString) throws(Errno) {
        try nothingOrErrno(.mount) { unsafe path.withCString { unsafe clinux_mount_bpf($0) } }
    }

    /// Removes the folder at `path`, which must be empty.
    ///
    /// The corresponding system call is rmdir(2).
    public static func removeFolder(_ path: ByteString) throws(Errno) {
        try nothingOrErrno(.unlink) { unsafe path.withCString { unsafe rmdir($0) } }
    }
}

extension FileSystem {
    /// Whether it is a BPF file system.
    public var keepsBpfObjects: Bool { clinux_is_bpf_file_system(type) }
}
