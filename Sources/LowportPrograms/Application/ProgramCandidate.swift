// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicyInventory

/// The file that is at the path of a kept program now: looked up once, so that the file that is examined is the file that
/// gets the capabilities.
struct ProgramCandidate: ~Copyable {
    private let path: ByteString
    private let target: CapabilityTarget
    private let file: FileDescriptor
    /// The capabilities of the file.
    let capabilities: FileCapabilities?
    /// The status of the file when it was looked up.
    let status: FileStatus

    /// Why there is no candidate.
    enum Absence: Error {
        /// There is no file.
        case noFile
        /// The file cannot be the program, as the end of a sentence that begins with the path.
        case unfit(ByteString)
    }

    /// Looks up the file at `path`: a regular file without a link on the way, which only root may change or replace.
    init(_ path: ByteString) throws(Absence) {
        let resolved = try Self.resolve(path)
        if resolved.status.kind != .regular { throw .unfit("is not a regular file") }
        if let weakness = resolved.weakFile() ?? resolved.weakDirectory() {
            throw .unfit("cannot be trusted: \(weakness)")
        }
        do throws(Errno) { self = try Self(resolved) } catch {
            throw .unfit("cannot be examined: \(error.sentence)")
        }
    }

    private init(_ resolved: consuming ResolvedPath) throws(Errno) {
        let (path, status) = (resolved.path, resolved.status)
        let file = try resolved.file.duplicated()
        let target = try CapabilityTarget(resolved)
        let capabilities = try target.read()
        self.path = path
        self.status = status
        self.file = file
        self.target = target
        self.capabilities = capabilities
    }

    private static func resolve(_ path: ByteString) throws(Absence) -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(path) } catch {
            if let target = error.target {
                let end = (try? ResolvedPath(path, followLinks: true))?.path
                throw .unfit(
                    "is behind a symbolic link, \(error.path) to \(target)" + (end.map { ": name \($0)" } ?? "")
                )
            }
            if error.error.isAbsence { throw .noFile }
            throw .unfit("cannot be found: \(error.error.sentence)")
        }
    }

    /// Why the file is not the one that `program` means, as the end of a sentence that begins with the path; nil if it is.
    func mismatch(with program: KeptProgram) throws(Errno) -> ByteString? {
        let content = try FileDescriptor.open(file.magicPath, [.readOnly, .nonBlocking, .noControllingTerminal])
        let start = try content.read(upTo: 256)
        if let fault = NamedProgram.fault(ofStart: start) { return fault }
        if let doubt = content.doubtOfWriters { return doubt }
        let wanted: [PackageDigest]
        switch program.origin {
        case .unverified: return nil
        case .content(let digest): wanted = [.sha256(digest)]
        case .package:
            switch PackageManagers.record(of: path) {
            case .unknown(let reason): return "cannot be verified: \(reason)"
            case .unowned: return "belongs to no package: its line needs sha256:DIGITS, or unverified"
            case .owned([]): return "cannot be verified: its package has no digest of it; its line needs sha256:DIGITS"
            case .owned(let digests): wanted = digests
            }
        }
        if try ContentDigests(of: content, after: start).contains(anyOf: wanted) { return nil }
        if case .content = program.origin { return "has another content than its line says" }
        return "has another content than its package"
    }

    /// Why a process may be changing the content, as the end of a sentence that begins with the path; nil if none may.
    func doubtOfWriters() throws(Errno) -> ByteString? { try target.doubtOfWriters() }

    /// Gives the file `capabilities`.
    ///
    /// Throws ESTALE if the file has changed since it was looked up, or if another has taken its place meanwhile; the
    /// capabilities of the old file then concern nobody.
    func give(_ capabilities: FileCapabilities) throws(Errno) {
        let now = try target.status()
        guard now.changed == status.changed, now.size == status.size, now.owner == .root,
            !now.mode.isWritableByGroupOrOthers
        else { throw .staleFile }
        try target.write(capabilities)
        guard let after = try? ResolvedPath(path), after.status.isOfSameFile(as: status) else { throw .staleFile }
    }
}

/// The digests of a content, by the functions that package managers use.
private struct ContentDigests {
    private let digests: [PackageDigest]

    /// Reads the rest of `file` behind `start`.
    init(of file: borrowing FileDescriptor, after start: [UInt8]) throws(Errno) {
        var (short, long) = (MD5(), SHA256())
        var part = start
        while !part.isEmpty {
            short.update(part)
            long.update(part)
            part = try file.read(upTo: 1 << 16)
        }
        digests = [.md5(short.finish()), .sha256(long.finish())]
    }

    func contains(anyOf wanted: [PackageDigest]) -> Bool { wanted.contains { digests.contains($0) } }
}
