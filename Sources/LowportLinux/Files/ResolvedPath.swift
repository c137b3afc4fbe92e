// SPDX-License-Identifier: Apache-2.0

/// A directory in a path, with the status of its descriptor.
package struct PathDirectory: Hashable, Sendable {
    /// Its path, without links.
    package let path: ByteString
    /// Its owner.
    package let owner: UserID
    /// Its permission bits.
    package let mode: FileMode
}

/// Why a path could not be resolved.
package struct PathError: Error, Hashable, Sendable {
    /// The path of the component that failed, without links before it.
    package let path: ByteString
    /// The error; ELOOP for a link that must not be followed.
    package let error: Errno
    /// The target of the symbolic link that failed; nil for other failures.
    package let target: ByteString?

    /// Creates the failure at `path`.
    package init(path: ByteString, error: Errno, target: ByteString?) {
        self.path = path
        self.error = error
        self.target = target
    }
}

/// A resolved file, open by its descriptor, and the directories in its path.
///
/// Every component is opened in the open directory before it, so that none can be exchanged meanwhile: the status of
/// each directory is that of the very one in which the next name was looked up.
package struct ResolvedPath: ~Copyable, Sendable {
    /// The path from the root to the file, without links, `.` and `..`.
    package let path: ByteString
    /// The file, open as `pathOnly`.
    package let file: FileDescriptor
    /// The status of the file when resolved.
    package let status: FileStatus
    /// Every directory visited, including those that links left, but not the file itself.
    package let directories: [PathDirectory]
    /// The symbolic links that were followed.
    package let links: [ByteString]
    private let parent: HeldDirectory
    private let name: ByteString

    /// Resolves `path`, relative to the working directory unless it begins with a slash.
    ///
    /// Throws ELOOP for a symbolic link that must not be followed, and for any link of proc(5), which may lead
    /// elsewhere than its text; ESTALE if a component is exchanged meanwhile. Without `followLinks`, the result of
    /// openat2(2) must agree, if the kernel has it (since 5.6).
    /// - Parameters:
    ///   - path: the path; a trailing slash requires a directory.
    ///   - followLinks: whether symbolic links are followed, at most forty (path_resolution(7)).
    package init(_ path: ByteString, followLinks: Bool = false) throws(PathError) {
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

    /// Whether openat2(2) resolves to this file; true if the call is unavailable.
    private static func kernelAgrees(_ path: ByteString, _ status: FileStatus) throws(Errno) -> Bool {
        do throws(Errno) {
            return try FileDescriptor.openWithoutLinks(path, .pathOnly, in: InheritedDescriptor.workingDirectory)
                .status().isOfSameFile(as: status)
        } catch {
            // The system call filters of older containers return EPERM.
            if error == .noSystemCall || error == .notPermitted { return true }
            throw error
        }
    }

    /// Opens the very file that was resolved; throws ESTALE if only another file with its name can be opened.
    ///
    /// Uses proc(5) or, if that is not mounted, the name in the open directory.
    package func open(_ options: OpenOptions) throws(Errno) -> FileDescriptor {
        do throws(Errno) { return try FileDescriptor.open(file.magicPath, options) } catch {
            guard error == .noSuchFile else { throw error }
        }
        let opened = try FileDescriptor.open(name, [options, .noFollow], in: parent.descriptor)
        guard try opened.status().isOfSameFile(as: status) else { throw .staleFile }
        return opened
    }
}
