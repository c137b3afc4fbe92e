// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A mounted file system (statfs(2)).
package struct FileSystem: Hashable, Sendable {
    /// The magic number of its type.
    package let type: UInt32
    private let flags: UInt

    fileprivate init(_ status: clinux_file_system) {
        type = status.type
        flags = status.flags
    }

    /// Whether set-id bits and file capabilities have no effect there: `ST_NOSUID`.
    package var ignoresPrivileges: Bool { flags & 2 != 0 }

    /// Whether it is mounted read-only: `ST_RDONLY`.
    package var isReadOnly: Bool { flags & 1 != 0 }

    /// Whether its files cannot be executed: `ST_NOEXEC`.
    package var forbidsExecution: Bool { flags & 8 != 0 }

    /// Whether its files are on another machine, or served by a program.
    package var isRemote: Bool { clinux_is_remote_file_system(type) }

    /// Whether it is proc(5), some of whose links lead elsewhere than their text says.
    package var isOfProcesses: Bool { type == UInt32(PROC_SUPER_MAGIC) }

    /// Whether the kernel generates its files, as in proc(5). A file system in memory does not count.
    package var isVirtual: Bool { clinux_is_virtual_file_system(type) }
}

extension Descriptor where Self: ~Copyable {
    /// The file system that holds the open file, which may be open as `pathOnly`.
    ///
    /// The corresponding system call is fstatfs(2).
    package func fileSystem() throws(Errno) -> FileSystem {
        let descriptor = rawValue
        var status = clinux_file_system()
        try nothingOrErrno(.stat) { unsafe clinux_fstatfs(descriptor, &status) }
        return FileSystem(status)
    }
}
