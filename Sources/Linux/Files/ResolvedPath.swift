// SPDX-License-Identifier: Apache-2.0

/// A directory that a path led through, as its descriptor said.
public struct PathDirectory: Hashable, Sendable {
    /// Where it is, without links.
    public let path: ByteString
    /// Its owner.
    public let owner: UserID
    /// Its permission bits.
    public let mode: FileMode
}

/// Why a path could not be resolved.
public struct PathError: Error, Hashable, Sendable {
    /// How far the path was resolved: the component that failed, without links before it.
    public let path: ByteString
    /// What failed. A link that was not to be followed is ELOOP.
    public let error: Errno
    /// What the symbolic link holds that stood in the way; nil if it was something else.
    public let target: ByteString?

    /// Creates the failure at `path`.
    public init(path: ByteString, error: Errno, target: ByteString?) {
        self.path = path
        self.error = error
        self.target = target
    }
}

/// A file that a path led to, held by its descriptor, and the directories on the way there.
///
/// Every component is opened in the directory before it, which is held, so that none can be exchanged meanwhile: what is
/// reported of a directory is that of the very one that the next name was looked up in.
public struct ResolvedPath: ~Copyable, Sendable {
    /// The path from the root to the file, without links, `.` and `..`.
    public let path: ByteString
    /// The file, open as `pathOnly`.
    public let file: FileDescriptor
    /// What the file was when it was come to.
    public let status: FileStatus
    /// Every directory on the way, those that links led away from as well. The file itself, if it is one, is not among them.
    public let directories: [PathDirectory]
    /// The symbolic links that were followed.
    public let links: [ByteString]
    private let parent: HeldDirectory
    private let name: ByteString

    /// Resolves `path`, which starts from the working directory unless it begins with a slash.
    ///
    /// Throws ELOOP for a symbolic link that is not to be followed, and for any of proc(5), which may lead elsewhere than its
    /// text says; ESTALE if something on the way is exchanged meanwhile. What openat2(2) says without links has to agree,
    /// where the kernel has it (since 5.6).
    /// - Parameters:
    ///   - path: the path; with a slash at its end, it must be that of a directory.
    ///   - followLinks: whether symbolic links are followed, at most forty (path_resolution(7)).
    public init(_ path: ByteString, followLinks: Bool = false) throws(PathError) {
        var walk = try PathWalk(from: path, followLinks: followLinks)
        while let component = walk.nextComponent() { try walk.take(component) }
        let file = try Self.failing(path) { () throws(Errno) in try walk.duplicate() }
        let status = try Self.failing(path) { () throws(Errno) in try file.status() }
        if !followLinks {
            let isAgreed = try Self.failing(path) { () throws(Errno) in try Self.kernelAgrees(path, status) }
            if !isAgreed { throw PathError(path: path, error: .staleFile, target: nil) }
        }
        let resolved = walk.last.map { walk.directory.path(of: $0.name) } ?? walk.directory.path
        self.file = file
        self.status = status
        self.path = resolved
        directories = walk.seen.filter { $0.path != resolved }
        links = walk.links
        parent = walk.directory
        name = walk.last?.name ?? "."
    }

    private static func failing<Value: ~Copyable>(
        _ path: ByteString,
        _ body: () throws(Errno) -> Value
    ) throws(PathError) -> Value {
        do throws(Errno) { return try body() } catch { throw PathError(path: path, error: error, target: nil) }
    }

    /// Whether openat2(2) comes to the file with this status; true where there is no such call.
    private static func kernelAgrees(_ path: ByteString, _ status: FileStatus) throws(Errno) -> Bool {
        do throws(Errno) {
            return try FileDescriptor.openWithoutLinks(path, .pathOnly, in: InheritedDescriptor.workingDirectory)
                .status().isOfSameFile(as: status)
        } catch {
            // EPERM is what the system call filters of older containers answer.
            if error == .noSystemCall || error == .notPermitted { return true }
            throw error
        }
    }

    /// Opens the very file that was resolved; ESTALE is thrown if that is not possible because another has its name.
    ///
    /// By way of proc(5); where that is not mounted, by its name in the directory that is held.
    public func open(_ options: OpenOptions) throws(Errno) -> FileDescriptor {
        do throws(Errno) { return try FileDescriptor.open(file.magicPath, options) } catch {
            guard error == .noSuchFile else { throw error }
        }
        let opened = try FileDescriptor.open(name, [options, .noFollow], in: parent.descriptor)
        guard try opened.status().isOfSameFile(as: status) else { throw .staleFile }
        return opened
    }
}
