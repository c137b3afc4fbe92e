// SPDX-License-Identifier: Apache-2.0
public import Linux

extension FileCapabilities {
    /// Reads the capabilities of the file at `path`; nil if it has none, or if its file system knows no such thing.
    ///
    /// Throws EINVAL for an attribute that the kernel does not give out, such as one of revision 1, and EOVERFLOW for
    /// one whose root user has no number in this user namespace.
    /// - Parameters:
    ///   - path: where the file is.
    ///   - followLinks: whether a symbolic link in the last component is followed.
    public init?(ofFile path: ByteString, followLinks: Bool = true) throws(Errno) {
        let found: [UInt8]
        do {
            let size = CapabilityAttributeRevision.v3.size
            found = try readAttribute(.capability, of: path, followLinks: followLinks, limit: size)
        } catch {
            if error.meansNoAttribute { return nil }
            throw error
        }
        try self.init(readingAttribute: found)
    }

    /// Reads the capabilities of an open file; nil if it has none, or if its file system knows no such thing.
    ///
    /// Throws what `init(ofFile:followLinks:)` throws. The file must not be open as `pathOnly`.
    public init?(of file: borrowing some Descriptor & ~Copyable) throws(Errno) {
        let found: [UInt8]
        do {
            found = try file.readAttribute(.capability, limit: CapabilityAttributeRevision.v3.size)
        } catch {
            if error.meansNoAttribute { return nil }
            throw error
        }
        try self.init(readingAttribute: found)
    }

    private init(readingAttribute bytes: [UInt8]) throws(Errno) {
        guard let decoded = try? FileCapabilities(attribute: bytes) else { throw .invalidArgument }
        self = decoded
    }
}

/// A regular file whose capabilities can be changed: named once, and the same file from check to write.
public struct CapabilityTarget: ~Copyable {
    private let path: ByteString
    private let file: FileDescriptor
    /// How the file was come to, where more was asked than its name.
    private let resolved: ResolvedPath?

    /// Names the file at `path`, which must be a regular file.
    ///
    /// The file is not opened, so that no permission on it is needed and nobody waits at a FIFO.
    /// - Parameters:
    ///   - path: where the file is.
    ///   - followLinks: whether a symbolic link in the last component is followed. Otherwise a symbolic link throws
    ///     EINVAL, like everything else that is no regular file.
    public init(path: ByteString, followLinks: Bool = false) throws(Errno) {
        let file = try FileDescriptor.open(path, followLinks ? .pathOnly : [.pathOnly, .noFollow])
        guard try file.status().kind == .regular else { throw .invalidArgument }
        self.path = path
        self.file = file
        resolved = nil
    }

    /// Takes the file that a path was resolved to, which must be a regular file; otherwise EINVAL is thrown.
    public init(_ resolved: consuming ResolvedPath) throws(Errno) {
        guard resolved.status.kind == .regular else { throw .invalidArgument }
        let file = try resolved.file.duplicated()
        path = resolved.path
        self.file = file
        self.resolved = consume resolved
    }

    /// The status of the file.
    public func status() throws(Errno) -> FileStatus { try file.status() }

    /// The capabilities of the file; nil if it has none. Throws what `FileCapabilities.init(ofFile:followLinks:)` throws.
    public func read() throws(Errno) -> FileCapabilities? {
        do throws(Errno) { return try FileCapabilities(ofFile: file.magicPath, followLinks: true) } catch {
            guard error == .noSuchFile else { throw error }
            return try FileCapabilities(of: reopened())
        }
    }

    /// Throws what stands against every change, as far as that can be told without one: a file system that is mounted
    /// read-only, or that has no extended attributes.
    func checkChangeable() throws(Errno) {
        if try file.fileSystem().isReadOnly { throw .readOnlyFileSystem }
        do {
            let size = CapabilityAttributeRevision.v3.size
            _ = try readAttribute(.capability, of: file.magicPath, followLinks: true, limit: size)
        } catch {
            if error == .notSupported { throw error }
        }
    }

    /// The fingerprint of the file, which has to be readable.
    func fingerprint() throws(Errno) -> FileFingerprint {
        let opened: FileDescriptor
        do throws(Errno) {
            opened = try FileDescriptor.open(file.magicPath, [.readOnly, .nonBlocking, .noControllingTerminal])
        } catch {
            guard error == .noSuchFile else { throw error }
            return try FileFingerprint(of: reopened())
        }
        return try FileFingerprint(of: opened)
    }

    /// Sets the file's capabilities. Needs CAP_SETFCAP.
    public func write(_ capabilities: FileCapabilities) throws(Errno) {
        do {
            try setAttribute(.capability, of: file.magicPath, to: capabilities.attribute)
        } catch {
            guard error == .noSuchFile else { throw error }
            try reopened().setAttribute(.capability, to: capabilities.attribute)
        }
    }

    /// Takes the file's capabilities away. Needs CAP_SETFCAP; throws ENODATA if it has none.
    public func remove() throws(Errno) {
        do {
            try removeAttribute(.capability, of: file.magicPath)
        } catch {
            guard error == .noSuchFile else { throw error }
            try reopened().removeAttribute(.capability)
        }
    }

    /// The same file, opened for where /proc is not mounted: there is no other way from a path-only descriptor.
    private func reopened() throws(Errno) -> FileDescriptor {
        let options: OpenOptions = [.readOnly, .nonBlocking, .noControllingTerminal]
        switch resolved {
        case .some(let resolved): return try resolved.open(options)
        case nil: break
        }
        let opened = try FileDescriptor.open(path, options)
        guard try opened.status().isOfSameFile(as: file.status()) else { throw .invalidArgument }
        return opened
    }
}

extension FileCapabilities {
    /// Sets these capabilities on the regular file at `path`, which must not be a symbolic link. Needs CAP_SETFCAP.
    public func write(to path: ByteString) throws(Errno) { try CapabilityTarget(path: path).write(self) }

    /// Takes all capabilities from the regular file at `path`. Needs CAP_SETFCAP; throws ENODATA if it has none.
    public static func remove(from path: ByteString) throws(Errno) { try CapabilityTarget(path: path).remove() }
}

extension Errno {
    /// Whether the reading of an attribute failed because there is none.
    var meansNoAttribute: Bool { self == .noData || self == .notSupported }
}
