// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The rules file, held for one who changes it: until the value ends, other writers wait.
///
/// The lock is flock(2) on a file that only root can open. Readers need no lock: they see the old text or the new.
public struct RulesTransaction: ~Copyable {
    private let store: RuleStore
    private let folder: FileDescriptor
    private let lock: FileDescriptor

    /// The name under which the new text is written before it takes the place of the old.
    private static var temporaryName: ByteString { ".rules.new" }
    /// The name of the copy that is given to an editor.
    private static var draftName: ByteString { "rules.edit" }
    /// Where the copy lies that is given to an editor.
    public static var draftPath: ByteString { "/etc/lowport/rules.edit" }

    /// Waits for the other writers, and holds the rules from then on.
    /// - Parameters:
    ///   - store: where the rules are; its folder is made if it is missing.
    ///   - mayWait: asked once if somebody else holds the rules; false gives up with `UpdateError.busy`.
    init(_ store: RuleStore, mayWait: () -> Bool) throws(UpdateError) {
        try store.makeFolder()
        let folder = try Self.folder(of: store)
        lock = try Self.lock(in: folder, mayWait: mayWait)
        self.store = store
        self.folder = folder
    }

    private static func folder(of store: RuleStore) throws(UpdateError) -> FileDescriptor {
        do throws(RuleStore.Refusal) { return try store.openFolder() } catch { throw .refused(error) }
    }

    private static func lock(
        in folder: borrowing FileDescriptor,
        mayWait: () -> Bool
    ) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let lock = try FileDescriptor.open(".lock", [.readWrite, .create, .noFollow], in: folder)
            if try lock.tryToLockExclusively() { return lock }
            if mayWait() {
                try lock.lockExclusively()
                return lock
            }
        } catch { throw .system(.flock, path: "/etc/lowport/.lock", error) }
        throw .busy
    }

    /// The rules file as it is now; an empty one if there is none.
    public func current() throws(UpdateError) -> RulesFile {
        do throws(RuleStore.Refusal) {
            return try store.read("rules", in: folder, path: RuleStore.mainPath)
        } catch { return try RuleStore.emptyFile(insteadOf: error) }
    }

    /// Puts `content` in the place of the rules, with the mode and group of the old file; without one, 0644.
    ///
    /// The new text goes to a temporary file, reaches the disk, and takes the old one's name; then the folder reaches
    /// the disk.
    public func install(_ content: [UInt8]) throws(UpdateError) {
        let temporary = Self.temporaryName
        let path: ByteString = "/etc/lowport/\(temporary)"
        // A writer that was killed may have left one; the lock says that nobody is using it.
        try? folder.unlink(temporary)
        do throws(UpdateError) {
            let file = try create(temporary, path: path)
            try performing(.write, path) { () throws(Errno) in try file.write(ByteString(content)) }
            try performing(.fsync, path) { () throws(Errno) in try file.synchronize() }
            try performing(.rename, path) { () throws(Errno) in try folder.rename(temporary, to: "rules") }
        } catch {
            try? folder.unlink(temporary)
            throw error
        }
        try performing(.fsync, "/etc/lowport") { () throws(Errno) in try folder.synchronize() }
    }

    private func create(_ name: ByteString, path: ByteString) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let file = try FileDescriptor.open(name, [.writeOnly, .create, .exclusive, .noFollow], in: folder)
            var mode = FileMode(rawValue: 0o644)
            if let old = try? FileDescriptor.open("rules", [.pathOnly, .noFollow], in: folder).status() {
                mode = old.mode
                if old.group != CurrentProcess.effectiveGroup { try file.setGroup(old.group) }
            }
            try file.setMode(mode)
            return file
        } catch { throw .system(.open, path: path, error) }
    }

    // MARK: - A copy for an editor

    /// Writes the copy that an editor may change; root alone can read it.
    public func writeDraft(_ content: [UInt8]) throws(UpdateError) {
        removeDraft()
        try performing(.write, Self.draftPath) { () throws(Errno) in
            let file = try FileDescriptor.open(
                Self.draftName,
                [.writeOnly, .create, .exclusive, .noFollow],
                in: folder
            )
            try file.write(ByteString(content))
        }
    }

    /// The copy as the editor left it.
    public func draft() throws(UpdateError) -> [UInt8] {
        do throws(Errno) {
            return try FileDescriptor.open(Self.draftName, [.readOnly, .noFollow, .nonBlocking], in: folder)
                .readToEnd(limit: RulesFile.maximumSize)
        } catch { throw .system(.read, path: Self.draftPath, error) }
    }

    /// Removes the copy, if there is one.
    public func removeDraft() { try? folder.unlink(Self.draftName) }
}

/// Makes a system call, and says of its error which call it was and on which file.
func performing(_ call: SystemCall, _ path: ByteString, _ body: () throws(Errno) -> Void) throws(UpdateError) {
    do throws(Errno) { try body() } catch { throw .system(call, path: path, error) }
}
