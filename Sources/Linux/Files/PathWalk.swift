// SPDX-License-Identifier: Apache-2.0

/// A directory that a walk holds, and those above it.
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

/// A file that is no directory, in which a walk ends.
final class HeldFile: Sendable {
    let descriptor: FileDescriptor
    let name: ByteString

    init(_ descriptor: consuming FileDescriptor, name: ByteString) {
        self.descriptor = descriptor
        self.name = name
    }
}

/// The resolution of a path by hand, component by component (path_resolution(7)).
///
/// `..` leads to the directory that the walk came from, which is held, and not to where that may have been moved.
struct PathWalk {
    /// The directory that the next component is looked up in.
    private(set) var directory: HeldDirectory
    /// The file that the last component names, if it is no directory.
    private(set) var last: HeldFile?
    /// Every directory that was come to.
    private(set) var seen: [PathDirectory] = []
    /// The links that were followed.
    private(set) var links: [ByteString] = []

    /// What is still to be done; the next component is the last of the array.
    private var pending: [ByteString] = []
    private let followLinks: Bool

    /// The most links that are followed, and the most bytes of a path with its NUL, as the kernel has them.
    private static var linkLimit: Int { 40 }
    private static var pathLimit: Int { 4096 }

    /// Starts at the root, or for a path without a slash in front at the working directory, whose way is walked as well.
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

    /// Goes on by `component`.
    mutating func take(_ component: ByteString) throws(PathError) {
        let path = directory.path(of: component)
        var target: ByteString?
        do throws(Errno) {
            if component == "." || component == ".." {
                // A process that may not search a directory does not get out of it, either.
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

    /// Puts the components of `path` in front of what is still to be done. A slash at the end asks for a directory.
    private mutating func push(_ path: ByteString) {
        var names = path.split(on: UInt8(ascii: "/")).filter { !$0.isEmpty }
        if path.hasSuffix("/"), !names.isEmpty { names.append(".") }
        pending += names.reversed()
    }

    /// Another descriptor of the file that was come to.
    func duplicate() throws(Errno) -> FileDescriptor {
        if let last { return try last.descriptor.duplicated() }
        return try directory.descriptor.duplicated()
    }
}
