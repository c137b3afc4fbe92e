// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The right to read what only root may read, which a program may have and holds up for single calls alone.
public protocol ReadPrivilege {
    /// Makes the right effective.
    func raise()
    /// Makes it ineffective again.
    func lower()
}

/// No more rights than those of the caller.
public struct NoPrivilege: ReadPrivilege {
    /// Creates it.
    public init() {}
    /// Does nothing.
    public func raise() {}
    /// Does nothing.
    public func lower() {}
}

/// The authbind tree of the machine, as the real user of this process meets it.
///
/// The directory is opened once, so that all questions go to the same one.
public struct AuthbindDirectory<Privilege: ReadPrivilege>: AuthbindTree, ~Copyable {
    private let directory: FileDescriptor
    private let privilege: Privilege

    /// Opens the tree at `path`. Throws ENOENT if there is none.
    /// - Parameters:
    ///   - path: where the tree is.
    ///   - privilege: what reaching the tree and reading a byuid file, which root alone may be able to, takes.
    public init(at path: ByteString = "/etc/authbind", privilege: Privilege) throws(Errno) {
        directory = try privilege.opening(path, [.pathOnly, .directory], in: InheritedDescriptor.workingDirectory)
        self.privilege = privilege
    }

    /// Why the real user may not execute `path`, as access(2) says; nil if they may.
    public func refusal(toExecute path: ByteString) -> Errno? {
        do throws(Errno) {
            try directory.checkAccess(.execute, to: path)
            return nil
        } catch {
            return error
        }
    }

    /// The content of the file at `path`, of at most 16 MiB; a longer one throws EFBIG.
    ///
    /// A FIFO counts as empty, and neither it nor a terminal makes the caller wait.
    public func content(of path: ByteString) throws(Errno) -> [UInt8] {
        try privilege.opening(path, [.nonBlocking, .noControllingTerminal], in: directory).readToEnd(limit: 16 << 20)
    }
}

extension ReadPrivilege {
    /// Opens a file; with the privilege only if it cannot be opened without.
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
