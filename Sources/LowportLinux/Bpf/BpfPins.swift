// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Names in the BPF file system that keep maps and links alive while no process has them open.
package enum BpfPins {
    /// Pins the object of `descriptor` as `name` in the open directory. Throws EEXIST if the name exists.
    package static func pin(
        _ descriptor: borrowing some Descriptor & ~Copyable,
        as name: ByteString,
        in directory: borrowing some Descriptor & ~Copyable
    ) throws(Errno) {
        let descriptor = descriptor.rawValue
        _ = try unsafe inDirectory(directory.rawValue, name) { unsafe clinux_bpf_pin(descriptor, $0, $1) }
    }

    /// Opens the object with the name `name` in the open directory. Throws ENOENT if there is none.
    package static func open(
        _ name: ByteString,
        in directory: borrowing some Descriptor & ~Copyable
    ) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try unsafe inDirectory(directory.rawValue, name) { unsafe clinux_bpf_get($0, $1) })
    }

    /// Calls `call` for a name in the open directory; before Linux 6.5 by a path through proc(5).
    private static func inDirectory(
        _ directory: Int32,
        _ name: ByteString,
        _ call: (Int32, UnsafePointer<CChar>) -> Int32
    ) throws(Errno) -> Int32 {
        do throws(Errno) {
            return try valueOrErrno(.bpf) { unsafe name.withCString { unsafe call(directory, $0) } }
        } catch {
            guard error == .invalidArgument else { throw error }
            let path: ByteString = "/proc/self/fd/\(directory)/\(name)"
            return try valueOrErrno(.bpf) { unsafe path.withCString { unsafe call(-1, $0) } }
        }
    }

    /// Mounts a BPF file system at `path`, only for root.
    ///
    /// The corresponding system call is mount(2).
    package static func mountFileSystem(at path: ByteString) throws(Errno) {
        try nothingOrErrno(.mount) { unsafe path.withCString { unsafe clinux_mount_bpf($0) } }
    }
}

extension FileSystem {
    /// Whether it is a BPF file system.
    package var keepsBpfObjects: Bool { clinux_is_bpf_file_system(type) }

    /// Whether it is a cgroup v2 hierarchy.
    package var keepsControlGroups: Bool { clinux_is_cgroup_file_system(type) }
}
