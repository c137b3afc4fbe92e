// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The privilege to read files that only root may read. A program that has it makes it effective only for single calls.
package protocol ReadPrivilege {
    /// Makes the privilege effective.
    func raise()
    /// Makes the privilege ineffective again.
    func lower()
}

/// No privilege beyond the rights of the caller.
package struct NoPrivilege: ReadPrivilege {
    /// Creates the empty privilege.
    package init() {}
    /// Does nothing.
    package func raise() {}
    /// Does nothing.
    package func lower() {}
}

/// The authbind tree of the machine, as the real user of this process sees it.
///
/// The directory is opened once, so that all queries go to the same directory.
package struct AuthbindDirectory<Privilege: ReadPrivilege>: AuthbindTree, ~Copyable {
    private let directory: FileDescriptor
    private let privilege: Privilege

    /// Opens the tree at `path`. Throws ENOENT if there is none.
    /// - Parameters:
    ///   - path: the directory of the tree.
    ///   - privilege: the privilege for reaching the tree and for reading a byuid file, which may be readable by root
    ///     only.
    package init(at path: ByteString = "/etc/authbind", privilege: Privilege) throws(Errno) {
        directory = try privilege.opening(path, [.pathOnly, .directory], in: InheritedDescriptor.workingDirectory)
        self.privilege = privilege
    }

    /// Why access(2) denies the real user execute permission on `path`; nil if it does not.
    package func refusal(toExecute path: ByteString) -> Errno? {
        do throws(Errno) {
            try directory.checkAccess(.execute, to: path)
            return nil
        } catch {
            return error
        }
    }

    /// The content of the file at `path`, at most 16 MiB; a longer file throws EFBIG.
    ///
    /// A FIFO counts as empty, and neither a FIFO nor a terminal blocks the caller.
    package func content(of path: ByteString) throws(Errno) -> [UInt8] {
        try privilege.opening(path, [.nonBlocking, .noControllingTerminal], in: directory).readToEnd(limit: 16 << 20)
    }
}

extension ReadPrivilege {
    /// Opens a file, with the privilege only if permission is denied without it.
    fileprivate func opening(
        _ path: ByteString,
        _ options: OpenOptions,
        in directory: borrowing some Descriptor & ~Copyable
    ) throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            return try FileDescriptor.open(path, options, in: directory)
        } catch {
            if error != .permissionDenied { throw error }
        }
        raise()
        defer { lower() }
        return try FileDescriptor.open(path, options, in: directory)
    }
}
