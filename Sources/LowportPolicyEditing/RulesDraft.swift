// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// A copy of the rules for an editor, in a directory of its own that no other user can enter.
///
/// Editors leave swap files and backups next to the file that they edit, and some keep running after they seem to have
/// ended: all their files are in that directory and are removed with it, and its name is never used again.
package struct RulesDraft: ~Copyable {
    /// The path of the copy.
    package let path: ByteString
    private let parent: FileDescriptor
    private let directory: FileDescriptor
    private let directoryName: ByteString
    private let owner: UserID

    /// The prefix of the names of such directories.
    private static var prefix: ByteString { ".edit." }
    private static var name: ByteString { "rules" }

    /// Writes the copy of `content`, and removes what killed edits have left.
    static func make(
        of content: [UInt8],
        in parent: borrowing FileDescriptor,
        owner: UserID
    ) throws(UpdateError) -> RulesDraft {
        for name in (try? parent.names()) ?? [] where name.hasPrefix(prefix) { parent.removeTree(name) }
        let directoryName = prefix + ByteString(decimal: UInt64.random(in: 0 ... .max))
        let path: ByteString = "/etc/lowport/\(directoryName)/\(name)"
        do throws(Errno) {
            let holder = try parent.duplicated()
            try parent.makeDirectory(directoryName, mode: FileMode(rawValue: 0o700))
            do throws(Errno) {
                let directory = try FileDescriptor.open(
                    directoryName,
                    [.readOnly, .directory, .noFollow],
                    in: parent
                )
                let file = try FileDescriptor.open(name, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
                try file.write(ByteString(content))
                try file.close()
                return RulesDraft(
                    path: path,
                    parent: holder,
                    directory: directory,
                    directoryName: directoryName,
                    owner: owner
                )
            } catch {
                parent.removeTree(directoryName)
                throw error
            }
        } catch { throw .system(.write, path: path, error) }
    }

    private init(
        path: ByteString,
        parent: consuming FileDescriptor,
        directory: consuming FileDescriptor,
        directoryName: ByteString,
        owner: UserID
    ) {
        self.path = path
        self.parent = parent
        self.directory = directory
        self.directoryName = directoryName
        self.owner = owner
    }

    deinit { parent.removeTree(directoryName) }

    /// The copy as the editor left it: the file that has the name now, which need not be the file that was written.
    ///
    /// - Throws: `UpdateError.draft` if the copy is not a regular file of at most `RulesFile.maximumSize` bytes, or if
    ///   another user may write to it or to the directory.
    package func content() throws(UpdateError) -> [UInt8] {
        do throws(RuleStore.ReadError) {
            try check(directory, is: .directory)
            // Non-blocking, so that a FIFO cannot block the caller.
            let file: FileDescriptor
            do throws(Errno) {
                file = try FileDescriptor.open(Self.name, [.readOnly, .noFollow, .nonBlocking], in: directory)
            } catch { throw refusal(error == .symbolicLinkLoop ? .kind : .failure(error)) }
            let status = try check(file, is: .regular)
            if status.size > RulesFile.maximumSize { throw refusal(.size) }
            do throws(Errno) { return try file.readToEnd(limit: RulesFile.maximumSize) } catch {
                throw refusal(error == .fileTooLarge ? .size : .failure(error))
            }
        } catch { throw .draft(error) }
    }

    @discardableResult
    private func check(
        _ file: borrowing FileDescriptor,
        is kind: FileKind
    ) throws(RuleStore.ReadError) -> FileStatus {
        let status: FileStatus
        do throws(Errno) { status = try file.status() } catch { throw refusal(.failure(error)) }
        guard status.kind == kind else { throw refusal(.kind) }
        guard status.owner == owner else { throw refusal(.owner(status.owner)) }
        guard !status.mode.isWritableByGroupOrOthers else { throw refusal(.writable(status.mode)) }
        return status
    }

    private func refusal(_ reason: RuleStore.ReadError.Reason) -> RuleStore.ReadError {
        RuleStore.ReadError(path: path, reason: reason)
    }
}

extension FileDescriptor {
    /// Removes the entry `name` of this directory, with everything below it, as far as possible.
    ///
    /// No symbolic link is followed, and no file is read.
    fileprivate func removeTree(_ name: ByteString) {
        if (try? unlink(name)) != nil { return }
        guard let directory = try? FileDescriptor.open(name, [.readOnly, .directory, .noFollow], in: self) else {
            return
        }
        for inner in (try? directory.names()) ?? [] { directory.removeTree(inner) }
        try? removeDirectory(name)
    }
}
