// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// The authbind tree on the disk at one moment, for listing everything that it allows.
package struct AuthbindSnapshot: Sendable {
    /// A file or directory below `byport` or `byaddr`.
    package struct Entry: Hashable, Sendable {
        /// Its permission bits.
        package var mode: FileMode
        /// Its owner.
        package var owner: UserID
        /// Its group.
        package var group: GroupID
        /// Why the permission bits alone do not decide; nil if they do.
        package var oddity: ByteString?

        /// Creates an entry.
        package init(mode: FileMode, owner: UserID, group: GroupID, oddity: ByteString? = nil) {
            self.mode = mode
            self.owner = owner
            self.group = group
            self.oddity = oddity
        }
    }

    /// A directory whose entries decide.
    package enum Directory: Hashable, Sendable {
        /// There is none.
        case absent
        /// The entries, by name. Every user may search the directory.
        case open([ByteString: Entry])
        /// The reason why not all users see the same entries.
        case closed(ByteString)
    }

    /// `byport`.
    package var byport: Directory
    /// `byaddr`.
    package var byaddr: Directory
    /// The contents of the files of `byuid`, by name.
    package var byuid: [ByteString: [UInt8]]
    /// The files of `byuid` that could not be read, and why.
    package var unreadable: [ByteString: ByteString]

    /// Creates a snapshot.
    package init(
        byport: Directory = .absent,
        byaddr: Directory = .absent,
        byuid: [ByteString: [UInt8]] = [:],
        unreadable: [ByteString: ByteString] = [:]
    ) {
        self.byport = byport
        self.byaddr = byaddr
        self.byuid = byuid
        self.unreadable = unreadable
    }
}

extension AuthbindSnapshot {
    /// The tree of this machine, read with the rights of this process.
    package static func ofSystem() -> AuthbindSnapshot { AuthbindSnapshot(at: "/etc/authbind") }

    /// Reads the tree at `root`, with the rights of this process.
    package init(at root: ByteString) {
        self.init()
        guard (try? FileStatus(of: root, followLinks: false)) != nil else { return }
        if let reason = Self.obstacle(at: root) {
            (byport, byaddr) = (.closed(reason), .closed(reason))
            return
        }
        byport = Self.directory(at: "\(root)/byport")
        byaddr = Self.directory(at: "\(root)/byaddr")
        let path: ByteString = "\(root)/byuid"
        guard let names = try? FileDescriptor.open(path, [.readOnly, .directory]).names() else { return }
        for name in names {
            do throws(Errno) {
                // Opened as the helper opens it: a FIFO counts as empty, and a file that is too long is unreadable.
                let file = try FileDescriptor.open(
                    "\(path)/\(name)",
                    [.readOnly, .nonBlocking, .noControllingTerminal]
                )
                byuid[name] = try file.readToEnd(limit: 16 << 20)
            } catch { unreadable[name] = error.sentence }
        }
    }

    private static func directory(at path: ByteString) -> Directory {
        do throws(Errno) { _ = try FileStatus(of: path, followLinks: false) } catch {
            return error == .noSuchFile ? .absent : .closed(error.sentence)
        }
        if let reason = obstacle(at: path) { return .closed(reason) }
        do throws(Errno) {
            let directory = try FileDescriptor.open(path, [.readOnly, .directory])
            let forbidsExecution = try directory.fileSystem().forbidsExecution
            var entries: [ByteString: Entry] = [:]
            for name in try directory.names() {
                let file: ByteString = "\(path)/\(name)"
                let status = try FileStatus(of: file, followLinks: false)
                entries[name] = Entry(
                    mode: status.mode,
                    owner: status.owner,
                    group: status.group,
                    oddity: oddity(of: file, status, forbidsExecution: forbidsExecution)
                )
            }
            return .open(entries)
        } catch { return .closed(error.sentence) }
    }

    private static func oddity(of path: ByteString, _ status: FileStatus, forbidsExecution: Bool) -> ByteString? {
        if status.kind == .symbolicLink { return "it is a symbolic link" }
        if hasAccessList(path) { return "it has an access control list" }
        return forbidsExecution && status.kind != .directory ? "its file system is mounted noexec" : nil
    }

    /// Why not all users can pass through the directory at `path`; nil if all can.
    private static func obstacle(at path: ByteString) -> ByteString? {
        guard let status = try? FileStatus(of: path, followLinks: false), status.kind == .directory else {
            return "it is not a directory"
        }
        if hasAccessList(path) { return "the directory has an access control list" }
        let needed: UInt32 = status.owner == .root ? 0o011 : 0o111
        return status.mode.rawValue & needed == needed ? nil : "not everybody may pass through the directory"
    }

    private static func hasAccessList(_ path: ByteString) -> Bool {
        let names = try? attributeNames(of: path, followLinks: false)
        return names?.contains(.accessList) == true
    }
}
