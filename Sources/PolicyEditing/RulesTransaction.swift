// SPDX-License-Identifier: Apache-2.0
internal import Linux
public import PortPolicy

/// The rules file, held for one who changes it: until the value ends, other writers wait.
///
/// The lock is flock(2) on a file that only root can open. Readers need no lock: they see the old text or the new.
public struct RulesTransaction: ~Copyable {
    private let store: RuleStore
    private let directory: FileDescriptor
    private let lock: FileDescriptor

    /// The name under which the new text is written before it takes the place of the old.
    private static var temporaryName: ByteString { ".rules.new" }
    /// The name that the old text keeps until the new one is on the disk.
    private static var oldName: ByteString { ".rules.old" }

    /// Waits for the other writers, and holds the rules from then on.
    /// - Parameters:
    ///   - store: where the rules are; its directory is made if it is missing.
    ///   - mayWait: asked once if somebody else holds the rules; false gives up with `UpdateError.busy`.
    init(_ store: RuleStore, mayWait: () -> Bool) throws(UpdateError) {
        let directory = try store.openDirectoryForWriting()
        lock = try Self.lock(in: directory, mayWait: mayWait)
        self.store = store
        self.directory = directory
    }

    private static func lock(
        in directory: borrowing FileDescriptor,
        mayWait: () -> Bool
    ) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let lock = try FileDescriptor.open(".lock", [.readWrite, .create, .noFollow], in: directory)
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
        do throws(RuleStore.ReadError) {
            return try store.read("rules", in: directory, path: RuleStore.mainPath)
        } catch { return try RuleStore.emptyFile(insteadOf: error) }
    }

    /// Puts `content` in the place of the rules, with the mode and group of the old file; without one, 0644.
    ///
    /// The new text goes to a temporary file, reaches the disk, and takes the old one's name; then the directory reaches
    /// the disk. Where any of that fails, the old text is there again.
    public func install(_ content: [UInt8]) throws(UpdateError) {
        let temporary = Self.temporaryName
        let path: ByteString = "/etc/lowport/\(temporary)"
        // A writer that was killed may have left them; the lock says that nobody is using them.
        try? directory.unlink(temporary)
        try? directory.unlink(Self.oldName)
        do throws(UpdateError) {
            let file = try create(temporary, path: path)
            try performing(.write, path) { () throws(Errno) in try file.write(ByteString(content)) }
            try performing(.fsync, path) { () throws(Errno) in try file.synchronize() }
            do throws(Errno) { try file.close() } catch { throw .system(.close, path: path, error) }
            let before = keepOld()
            do throws(UpdateError) {
                try performing(.rename, path) { () throws(Errno) in try directory.rename(temporary, to: "rules") }
                try performing(.fsync, "/etc/lowport") { () throws(Errno) in try directory.synchronize() }
            } catch {
                bringBack(before)
                throw error
            }
        } catch {
            try? directory.unlink(temporary)
            try? directory.unlink(Self.oldName)
            throw error
        }
        try? directory.unlink(Self.oldName)
    }

    /// What the name of the rules meant before.
    private enum Before {
        case nothing, file, unknown
    }

    /// Gives the old text a second name.
    private func keepOld() -> Before {
        do throws(Errno) {
            try directory.link("rules", as: Self.oldName)
            return .file
        } catch { return error == .noSuchFile ? .nothing : .unknown }
    }

    /// Gives the old text its name back, as far as it lost it.
    private func bringBack(_ before: Before) {
        switch before {
        // Of two names of one file, which it is if nothing was renamed, rename(2) leaves both.
        case .file: try? directory.rename(Self.oldName, to: "rules")
        case .nothing: try? directory.unlink("rules")
        // A file system without hard links: the new text stays.
        case .unknown: break
        }
        try? directory.synchronize()
    }

    private func create(_ name: ByteString, path: ByteString) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let file = try FileDescriptor.open(name, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
            var mode = FileMode(rawValue: 0o644)
            if let old = try? FileDescriptor.open("rules", [.pathOnly, .noFollow], in: directory).status() {
                mode = old.mode
                if old.group != CurrentProcess.effectiveGroup { try file.setGroup(old.group) }
            }
            try file.setMode(mode)
            return file
        } catch { throw .system(.open, path: path, error) }
    }

    /// Makes a copy for an editor, which is gone with the value that stands for it.
    public func draft(of content: [UInt8]) throws(UpdateError) -> RulesDraft {
        try RulesDraft.make(of: content, in: directory, owner: store.owner)
    }
}

/// Makes a system call, and says of its error which call it was and on which file.
func performing(_ call: SystemCall, _ path: ByteString, _ body: () throws(Errno) -> Void) throws(UpdateError) {
    do throws(Errno) { try body() } catch { throw .system(call, path: path, error) }
}
