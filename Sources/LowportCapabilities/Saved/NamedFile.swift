// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Why a named file is not accepted.
package enum NamedFileError: Error, Hashable {
    /// A system call failed.
    case failure(Errno)
    /// There is a symbolic link on the way.
    case link(ByteString, target: ByteString)
    /// Another user may change the file, or a directory that leads to it.
    case weak(PathWeakness)
    /// A process may be changing the content, as the end of a sentence that begins with the file.
    case open(ByteString)

    init(_ failure: PathError) {
        self = failure.target.map { .link(failure.path, target: $0) } ?? .failure(failure.error)
    }

    /// Whether there is no such file.
    var isAbsence: Bool { if case .failure(let error) = self { error.isAbsence } else { false } }

    /// The reason, as the end of a sentence.
    package var text: ByteString {
        switch self {
        case .failure(let error): error.sentence
        case .link(let path, let target): "'\(path)' is a symbolic link to '\(target)'"
        case .weak(let weakness): weakness.byteString
        case .open(let doubt): "it \(doubt)"
        }
    }
}

/// The resolution of file names for a privileged program, with the checks of the files.
struct FileNaming {
    /// Whether symbolic links are followed. Then no directory on the way may be writable by other users, who could have
    /// made them.
    var followsLinks = false

    /// The users whose files are trusted: root, and the user who runs the program.
    private static var trusted: [UserID] { [.root, CurrentProcess.effectiveUser] }

    private func resolve(_ path: ByteString) throws(NamedFileError) -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(path, followLinks: followsLinks) } catch {
            throw NamedFileError(error)
        }
    }

    /// The regular file at `path`, which is to get capabilities, and which no other user may write to.
    /// - Parameter isKnownAgain: whether the caller compares content, owner and mode with the saved ones. Otherwise no
    ///   other user may be able to put the file in place: no directory on the way may be writable by others.
    func target(_ path: ByteString, isKnownAgain: Bool) throws(NamedFileError) -> CapabilityTarget {
        let resolved = try resolve(path)
        guard resolved.status.kind == .regular else { throw .failure(.invalidArgument) }
        if let weak = resolved.weakFile(trusting: Self.trusted) { throw .weak(weak) }
        if !isKnownAgain || !resolved.links.isEmpty, let weak = resolved.weakDirectory(trusting: Self.trusted) {
            throw .weak(weak)
        }
        do throws(Errno) { return try CapabilityTarget(resolved) } catch { throw .failure(error) }
    }

    /// Reads the file at `path`, which only its owner and root may have written: any user with write access could give
    /// capabilities to any file.
    ///
    /// For users other than root, the directories are not checked: such a user may lack the right to examine them, and
    /// can do no harm with the contents.
    /// - Parameter limit: the maximum number of bytes.
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

    /// Opens the directory at `path` for writing a file. For root, no other user may be able to make a file there that
    /// root would mistake for its own.
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
