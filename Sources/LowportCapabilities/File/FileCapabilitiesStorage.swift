// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

extension FileCapabilities {
    /// Reads the capabilities of the file at `path`; nil if it has none, or if its file system does not support them.
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - followLinks: whether a symbolic link in the last component is followed.
    /// - Throws: EINVAL for an attribute that the kernel does not return, such as one of revision 1, and EOVERFLOW for
    ///   an attribute whose root user has no ID in this user namespace.
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

    /// Reads the capabilities of an open file; nil if it has none, or if its file system does not support them.
    ///
    /// The file must not be open as `pathOnly`.
    /// - Throws: the errors of `init(ofFile:followLinks:)`.
    package init?(of file: borrowing some Descriptor & ~Copyable) throws(Errno) {
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

/// A regular file whose capabilities can be changed: the path is resolved once, so that the same file is checked and
/// written.
package struct CapabilityTarget: ~Copyable {
    private let path: ByteString
    private let file: FileDescriptor
    /// The resolution of the path; nil if only the path was given.
    private let resolved: ResolvedPath?

    /// Refers to the file at `path`, which must be a regular file.
    ///
    /// The file is opened only as a path, so that no permission on it is needed and a FIFO does not block.
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - followLinks: whether a symbolic link in the last component is followed. Otherwise a symbolic link throws
    ///     EINVAL, like anything else that is not a regular file.
    package init(path: ByteString, followLinks: Bool = false) throws(Errno) {
        let file = try FileDescriptor.open(path, followLinks ? .pathOnly : [.pathOnly, .noFollow])
        guard try file.status().kind == .regular else { throw .invalidArgument }
        self.path = path
        self.file = file
        resolved = nil
    }

    /// Refers to the file that a path was resolved to; throws EINVAL if it is not a regular file.
    package init(_ resolved: consuming ResolvedPath) throws(Errno) {
        guard resolved.status.kind == .regular else { throw .invalidArgument }
        let file = try resolved.file.duplicated()
        path = resolved.path
        self.file = file
        self.resolved = consume resolved
    }

    /// The status of the file.
    package func status() throws(Errno) -> FileStatus { try file.status() }

    /// The capabilities of the file; nil if it has none. Throws the errors of
    /// `FileCapabilities.init(ofFile:followLinks:)`.
    package func read() throws(Errno) -> FileCapabilities? {
        do throws(Errno) { return try FileCapabilities(ofFile: file.magicPath, followLinks: true) } catch {
            guard error == .noSuchFile else { throw error }
            return try FileCapabilities(of: reopened())
        }
    }

    /// Throws the error that every change would get, as far as this can be determined without a change: for a file
    /// system that is mounted read-only, or that has no extended attributes.
    func checkChangeable() throws(Errno) {
        if try file.fileSystem().isReadOnly { throw .readOnlyFileSystem }
        do {
            let size = CapabilityAttributeRevision.v3.size
            _ = try readAttribute(.capability, of: file.magicPath, followLinks: true, limit: size)
        } catch {
            if error == .notSupported { throw error }
        }
    }

    /// The fingerprint of the file, which must be readable.
    func fingerprint() throws(Errno) -> FileFingerprint {
        try FileFingerprint(of: openedForReading())
    }

    /// Why a process may be changing the content of the file, which must be readable, as the end of a sentence that begins
    /// with its name; nil if none has it open for writing. Who was not able to open it then cannot do so since.
    package func doubtOfWriters() throws(Errno) -> ByteString? { try openedForReading().doubtOfWriters }

    private func openedForReading() throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            return try FileDescriptor.open(file.magicPath, [.readOnly, .nonBlocking, .noControllingTerminal])
        } catch {
            guard error == .noSuchFile else { throw error }
            return try reopened()
        }
    }

    /// Sets the capabilities of the file. Needs CAP_SETFCAP.
    package func write(_ capabilities: FileCapabilities) throws(Errno) {
        do {
            try setAttribute(.capability, of: file.magicPath, to: capabilities.attribute)
        } catch {
            guard error == .noSuchFile else { throw error }
            try reopened().setAttribute(.capability, to: capabilities.attribute)
        }
    }

    /// Removes the capabilities of the file. Needs CAP_SETFCAP; throws ENODATA if it has none.
    package func remove() throws(Errno) {
        do {
            try removeAttribute(.capability, of: file.magicPath)
        } catch {
            guard error == .noSuchFile else { throw error }
            try reopened().removeAttribute(.capability)
        }
    }

    /// The same file, opened again for when /proc is not mounted: a path-only descriptor leaves no other way.
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

    /// Removes all capabilities of the regular file at `path`. Needs CAP_SETFCAP; throws ENODATA if it has none.
    public static func remove(from path: ByteString) throws(Errno) { try CapabilityTarget(path: path).remove() }
}

extension Errno {
    /// Whether reading an attribute failed because there is none.
    var meansNoAttribute: Bool { self == .noData || self == .notSupported }
}
