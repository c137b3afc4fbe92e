// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Why a file is not taken that somebody named.
enum NamedFileError: Error, Hashable {
    /// A system call failed.
    case failure(Errno)
    /// A symbolic link stands in the way.
    case link(ByteString, target: ByteString)
    /// Somebody else may change the file, or what leads to it.
    case weak(PathWeakness)

    init(_ failure: PathError) {
        self = failure.target.map { .link(failure.path, target: $0) } ?? .failure(failure.error)
    }

    /// The reason, as the end of a sentence.
    var text: ByteString {
        switch self {
        case .failure(let error): error.sentence
        case .link(let path, let target): "'\(path)' is a symbolic link to '\(target)'"
        case .weak(let weakness): weakness.byteString
        }
    }
}

/// Files that are named for a privileged program, and what is asked of such a name.
struct FileNaming {
    /// Whether symbolic links are followed. Then no directory on the way may be open to others, who could have made them.
    var followsLinks = false

    /// Whose files are trusted: root's, and those of the user who runs the program.
    private static var trusted: [UserID] { [.root, CurrentProcess.effectiveUser] }

    private func resolve(_ path: ByteString) throws(NamedFileError) -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(path, followLinks: followsLinks) } catch {
            throw NamedFileError(error)
        }
    }

    /// The regular file at `path`, which nobody else may write to, and which is to get capabilities.
    /// - Parameter isKnownAgain: whether its content, owner and mode are compared with what they were. Otherwise nobody else
    ///   may have put it there: no directory on the way may be open to others.
    func target(_ path: ByteString, isKnownAgain: Bool) throws(NamedFileError) -> CapabilityTarget {
        let resolved = try resolve(path)
        guard resolved.status.kind == .regular else { throw .failure(.invalidArgument) }
        if let weak = resolved.weakFile(trusting: Self.trusted) { throw .weak(weak) }
        if !isKnownAgain || !resolved.links.isEmpty, let weak = resolved.weakDirectory(trusting: Self.trusted) {
            throw .weak(weak)
        }
        do throws(Errno) { return try CapabilityTarget(resolved) } catch { throw .failure(error) }
    }

    /// Reads the file at `path`, of which nobody but its owner and root may have written a byte: anybody who may write to
    /// it could give capabilities to whatever he likes.
    ///
    /// Who is not root may lack the right to look at the directories, and can do no harm with what they hold.
    /// - Parameter limit: the most bytes that are accepted.
    func readTrusted(_ path: ByteString, limit: Int) throws(NamedFileError) -> ByteString {
        let options: OpenOptions = [.readOnly, .nonBlocking, .noControllingTerminal]
        if CurrentProcess.effectiveUser != .root {
            do throws(Errno) {
                let file = try FileDescriptor.open(path, options)
                let status = try file.status()
                guard status.kind == .regular else { throw .invalidArgument }
                guard Self.trusted.contains(status.owner), !status.mode.isWritableByGroupOrOthers else {
                    throw .notPermitted
                }
                return ByteString(try file.readToEnd(limit: limit))
            } catch { throw .failure(error) }
        }
        let resolved = try resolve(path)
        guard resolved.status.kind == .regular else { throw .failure(.invalidArgument) }
        if resolved.weakFile() != nil { throw .failure(.notPermitted) }
        if let weak = resolved.weakDirectory(allowsSticky: resolved.links.isEmpty) { throw .weak(weak) }
        do throws(Errno) { return ByteString(try resolved.open(options).readToEnd(limit: limit)) } catch {
            throw .failure(error)
        }
    }

    /// Opens the directory at `path`, in which a file is to be written. For root, nobody else may make a file in it that
    /// root would take for its own.
    func openDirectory(_ path: ByteString) throws(NamedFileError) -> FileDescriptor {
        let options: OpenOptions = [.readOnly, .directory]
        if CurrentProcess.effectiveUser != .root {
            do throws(Errno) { return try FileDescriptor.open(path, options) } catch { throw .failure(error) }
        }
        let resolved = try resolve(path)
        guard resolved.status.kind == .directory else { throw .failure(.notDirectory) }
        let weak = resolved.weakDirectory(allowsSticky: true) ?? resolved.weakFile(allowsSticky: true)
        if let weak { throw .weak(weak) }
        do throws(Errno) { return try resolved.open(options) } catch { throw .failure(error) }
    }
}
