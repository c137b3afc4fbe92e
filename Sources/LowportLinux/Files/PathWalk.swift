// SPDX-License-Identifier: Apache-2.0

/// An open directory of a walk, and its parents.
final class HeldDirectory: Sendable {
    let descriptor: FileDescriptor
    let path: ByteString
    let parent: HeldDirectory?

    init(_ descriptor: consuming FileDescriptor, path: ByteString, parent: HeldDirectory?) {
        self.descriptor = descriptor
        self.path = path
        self.parent = parent
    }

    func path(of name: ByteString) -> ByteString { path == "/" ? "/" + name : "\(path)/\(name)" }
}

/// A file, not a directory, at the end of a walk.
final class HeldFile: Sendable {
    let descriptor: FileDescriptor
    let name: ByteString

    init(_ descriptor: consuming FileDescriptor, name: ByteString) {
        self.descriptor = descriptor
        self.name = name
    }
}

/// Resolves a path component by component in user space (path_resolution(7)).
///
/// `..` leads to the open directory that the walk came from, not to where it may have been moved.
struct PathWalk {
    /// The directory for the lookup of the next component.
    private(set) var directory: HeldDirectory
    /// The file of the last component, if it is not a directory.
    private(set) var last: HeldFile?
    /// Every directory visited.
    private(set) var seen: [PathDirectory] = []
    /// The links that were followed.
    private(set) var links: [ByteString] = []

    /// The remaining components; the next is the last of the array.
    private var pending: [ByteString] = []
    private let followLinks: Bool

    /// The kernel's limits for links followed, and for bytes of a path with its NUL.
    private static var linkLimit: Int { 40 }
    private static var pathLimit: Int { 4096 }

    /// Starts at the root, or for a relative path at the working directory, whose path is walked first.
    init(from path: ByteString, followLinks: Bool) throws(PathError) {
        self.followLinks = followLinks
        var here = ByteString()
        do throws(Errno) {
            if path.isEmpty { throw .noSuchFile }
            if path.count >= Self.pathLimit { throw .nameTooLong }
            directory = HeldDirectory(try FileDescriptor.open("/", [.pathOnly, .directory]), path: "/", parent: nil)
            let status = try directory.descriptor.status()
            seen = [PathDirectory(path: "/", owner: status.owner, mode: status.mode)]
            if !path.hasPrefix("/") { here = try workingDirectoryPath() }
        } catch { throw PathError(path: path, error: error, target: nil) }
        if !here.isEmpty {
            push(here)
            while let component = nextComponent() { try take(component) }
            do throws(Errno) {
                let isHere = try FileStatus(of: ".").isOfSameFile(as: directory.descriptor.status())
                if !isHere || last != nil { throw .staleFile }
            } catch { throw PathError(path: here, error: error, target: nil) }
        }
        push(path)
    }

    /// The next component of the path; nil at its end.
    mutating func nextComponent() -> ByteString? { pending.popLast() }

    /// Follows `component`.
    mutating func take(_ component: ByteString) throws(PathError) {
        let path = directory.path(of: component)
        var target: ByteString?
        do throws(Errno) {
            if component == "." || component == ".." {
                // A process needs search permission on a directory for `..`, too.
                _ = try FileDescriptor.open(".", [.pathOnly, .directory], in: directory.descriptor)
                if component == "..", let parent = directory.parent { directory = parent }
                return
            }
            let found = try FileDescriptor.open(component, [.pathOnly, .noFollow], in: directory.descriptor)
            let status = try found.status()
            switch status.kind {
            case .symbolicLink:
                let text = try found.linkTarget()
                target = text
                let leadsElsewhere = try found.fileSystem().isOfProcesses
                guard followLinks, links.count < Self.linkLimit, !leadsElsewhere else { throw .symbolicLinkLoop }
                if text.isEmpty { throw .noSuchFile }
                links.append(path)
                while text.hasPrefix("/"), let parent = directory.parent { directory = parent }
                push(text)
            case .directory:
                directory = HeldDirectory(found, path: path, parent: directory)
                seen.append(PathDirectory(path: path, owner: status.owner, mode: status.mode))
            default:
                if !pending.isEmpty { throw .notDirectory }
                last = HeldFile(found, name: component)
            }
        } catch { throw PathError(path: path, error: error, target: target) }
    }

    /// Prepends the components of `path` to the remaining ones. A trailing slash requires a directory.
    private mutating func push(_ path: ByteString) {
        var names = path.split(on: UInt8(ascii: "/")).filter { !$0.isEmpty }
        if path.hasSuffix("/"), !names.isEmpty { names.append(".") }
        pending += names.reversed()
    }

    /// A duplicate descriptor of the file reached.
    func duplicate() throws(Errno) -> FileDescriptor {
        if let last { return try last.descriptor.duplicated() }
        return try directory.descriptor.duplicated()
    }
}
