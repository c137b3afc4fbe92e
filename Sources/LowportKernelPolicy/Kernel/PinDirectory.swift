// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The open directory of the pins, owned by root. All pins are accessed through it.
///
/// In a BPF file system that all users may write to, any user can create the directory first. The owner of the
/// directory owns the pins in it, so nothing is ever looked up in a directory that root does not own.
struct PinDirectory: ~Copyable {
    private let parent: FileDescriptor
    private let descriptor: FileDescriptor

    private static let name: ByteString = "lowport"
    private static let mode = FileMode(rawValue: 0o700)

    // MARK: - Opening

    /// Opens the directory; nil if it does not exist.
    static func open() throws(EnforcementError) -> PinDirectory? {
        guard let parent = try openParent(), try isThere(in: parent) else { return nil }
        return try PinDirectory(in: parent)
    }

    /// Opens the directory. Creates it if it does not exist, and mounts the file system if necessary.
    ///
    /// Another user is refused before anything is made: that user's directory would be in the way of root's.
    static func make() throws(EnforcementError) -> PinDirectory {
        if CurrentProcess.effectiveUser != .root { throw .notPermitted(.permissionDenied) }
        let parent = try makeParent()
        if try !isThere(in: parent) {
            try attemptSupported("make \(KernelEngine.directory)") { () throws(Errno) in
                do throws(Errno) { try parent.makeDirectory(name, mode: mode) } catch {
                    if error == .fileExists { return }
                    throw error
                }
                // Overrides the umask and attributes inherited from the directory above.
                let made = try FileDescriptor.open(name, [.readOnly, .directory, .noFollow], in: parent)
                if try made.status().owner == .root { try made.setMode(mode) }
            }
        }
        return try PinDirectory(in: parent)
    }

    /// Returns the device of the file system that holds, or would hold, the directory; nil if there is none.
    static func device() throws(EnforcementError) -> UInt64? {
        guard let parent = try openParent() else { return nil }
        return try attempt("look at \(KernelEngine.mount)") { () throws(Errno) in try parent.status().device }
    }

    private init(in parent: consuming FileDescriptor) throws(EnforcementError) {
        let path = KernelEngine.directory
        let directory = try Self.opening(path) { () throws(Errno) in
            try FileDescriptor.open(Self.name, [.readOnly, .directory, .noFollow], in: parent)
        }
        guard let directory else { throw .notEnabled }
        try Self.check(attempt("look at \(path)") { () throws(Errno) in try directory.status() })
        let isPlace = try attempt("look at \(path)") { () throws(Errno) in
            try directory.fileSystem().keepsBpfObjects
        }
        if !isPlace { throw .obstacle(path: path, reason: "is in no BPF file system") }
        self.parent = parent
        descriptor = directory
    }

    private static func makeParent() throws(EnforcementError) -> FileDescriptor {
        if let parent = try openParent() { return parent }
        try attemptSupported("mount the BPF file system at \(KernelEngine.mount)") { () throws(Errno) in
            try BpfPins.mountFileSystem(at: KernelEngine.mount)
        }
        guard let parent = try openParent() else {
            throw .obstacle(path: KernelEngine.mount, reason: "is no BPF file system")
        }
        return parent
    }

    /// Opens the BPF file system; nil if there is none.
    private static func openParent() throws(EnforcementError) -> FileDescriptor? {
        let path = KernelEngine.mount
        let parent = try opening(path) { () throws(Errno) in
            try FileDescriptor.open(path, [.readOnly, .directory, .noFollow])
        }
        guard let parent else { return nil }
        let isPlace = try attempt("look at \(path)") { () throws(Errno) in try parent.fileSystem().keepsBpfObjects }
        if !isPlace { return nil }
        let status = try attempt("look at \(path)") { () throws(Errno) in try parent.status() }
        if status.owner != .root { throw .notOurs(path, of: status.owner) }
        if status.mode.isWritableByGroupOrOthers && !status.mode.isSticky {
            throw .obstacle(path: path, reason: "has mode \(status.mode), so that others may take away what is in it")
        }
        return parent
    }

    /// Whether a file with the directory's name exists; anything but root's directory is an error.
    private static func isThere(in parent: borrowing FileDescriptor) throws(EnforcementError) -> Bool {
        let status: FileStatus
        do throws(Errno) { status = try FileStatus(of: name, in: parent) } catch {
            if error == .noSuchFile { return false }
            throw meaning(of: error, KernelEngine.directory)
        }
        try check(status)
        return true
    }

    private static func check(_ status: FileStatus) throws(EnforcementError) {
        let path = KernelEngine.directory
        if status.kind != .directory {
            throw .notOurs(path, of: status.owner, "is no directory, and ")
        }
        if status.owner != .root { throw .notOurs(path, of: status.owner) }
        if status.mode != mode { throw .obstacle(path: path, reason: "has mode \(status.mode), must have \(mode)") }
    }

    private static func opening(
        _ path: ByteString,
        _ open: () throws(Errno) -> FileDescriptor
    ) throws(EnforcementError) -> FileDescriptor? {
        do throws(Errno) { return try open() } catch {
            if error == .noSuchFile || error == .notDirectory { return nil }
            throw meaning(of: error, path)
        }
    }

    private static func meaning(of error: Errno, _ path: ByteString) -> EnforcementError {
        error == .permissionDenied || error == .notPermitted ? .notPermitted(error) : .failed("open \(path)", error)
    }

    // MARK: - Changing

    /// Waits up to `patience` milliseconds for other processes that change the pins. The lock ends with the value.
    ///
    /// Only root can open the directory and therefore hold the lock.
    func lock(patience: Milliseconds = .seconds(20)) throws(EnforcementError) {
        let end = Instant.now + patience
        while true {
            let isOurs = try attempt("lock \(KernelEngine.directory)") { () throws(Errno) in
                try descriptor.tryToLockExclusively()
            }
            if isOurs { break }
            if end.remaining == Milliseconds(rawValue: 0) { throw .busy }
            pause(for: Milliseconds(rawValue: 20))
        }
    }

    /// Whether the directory still has its name: the previous holder of the lock may have removed it.
    var isInPlace: Bool {
        guard let here = try? descriptor.status(), let there = try? FileStatus(of: Self.name, in: parent) else {
            return false
        }
        return here.isOfSameFile(as: there)
    }

    /// Returns the names in the directory.
    func names() throws(EnforcementError) -> [ByteString] {
        try attempt("read \(KernelEngine.directory)") { () throws(Errno) in
            try descriptor.rewind()
            return try descriptor.names()
        }
    }

    /// Opens the object pinned as `name`, which must be accessible to root only. Throws `incomplete` if it does not
    /// exist.
    func open(_ name: ByteString) throws(EnforcementError) -> FileDescriptor {
        let path: ByteString = "\(KernelEngine.directory)/\(name)"
        let status: FileStatus
        do throws(Errno) { status = try FileStatus(of: name, in: descriptor) } catch {
            if error == .noSuchFile { throw .incomplete(missing: [name]) }
            throw Self.meaning(of: error, path)
        }
        if status.kind != .regular { throw .obstacle(path: path, reason: "is no pin") }
        if status.owner != .root { throw .notOurs(path, of: status.owner) }
        if status.mode.rawValue & 0o077 != 0 {
            throw .obstacle(path: path, reason: "has mode \(status.mode), so that others may open it")
        }
        do throws(Errno) { return try BpfPins.open(name, in: descriptor) } catch {
            throw Self.meaning(of: error, path)
        }
    }

    /// Pins `object` as `name`.
    func pin(_ object: borrowing FileDescriptor, as name: ByteString) throws(EnforcementError) {
        try attempt("pin \(KernelEngine.directory)/\(name)") { () throws(Errno) in
            try BpfPins.pin(object, as: name, in: descriptor)
        }
    }

    /// Renames the pin `name` to `newName`, and replaces any pin with that name.
    func rename(_ name: ByteString, to newName: ByteString) throws(EnforcementError) {
        try attempt("rename \(KernelEngine.directory)/\(name)") { () throws(Errno) in
            try descriptor.rename(name, to: newName)
        }
    }

    /// Removes the pin `name`, if it exists.
    func unpin(_ name: ByteString) throws(EnforcementError) {
        do throws(Errno) { try descriptor.unlink(name) } catch {
            if error != .noSuchFile { throw .failed("remove \(KernelEngine.directory)/\(name)", error) }
        }
    }

    /// Removes all pins, links first, and then the directory.
    func remove() throws(EnforcementError) {
        let names = try names()
        for name in EngineLinks.names where names.contains(name) { try unpin(name) }
        for name in names where !EngineLinks.names.contains(name) { try unpin(name) }
        try attempt("remove \(KernelEngine.directory)") { () throws(Errno) in try parent.removeDirectory(Self.name) }
    }
}
