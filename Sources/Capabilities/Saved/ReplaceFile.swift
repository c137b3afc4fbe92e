// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

extension ByteString {
    /// Makes this the content of the file at `path`, which always has its old content or all of the new one, and which
    /// only its owner may read and write.
    func replaceFile(_ path: ByteString) throws(Errno) {
        let slash = path.bytes.lastIndex(of: UInt8(ascii: "/"))
        let name = ByteString(slash.map { path.bytes[($0 + 1)...] } ?? path.bytes[...])
        if name.isEmpty { throw .isDirectory }
        let folder: ByteString = slash.map { $0 == 0 ? "/" : ByteString(path.bytes[..<$0]) } ?? "."
        let directory = try FileDescriptor.open(folder, [.readOnly, .directory])
        let new = name + ".new"
        // Of a writer that was interrupted.
        try? directory.unlink(new)
        do {
            let file = try FileDescriptor.open(new, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
            try file.write(self)
            try file.synchronize()
            try file.close()
            try directory.rename(new, to: name)
            try directory.synchronize()
        } catch {
            try? directory.unlink(new)
            throw error
        }
    }

    /// Reads the file at `path`, of which nobody but its owner and root may have written a byte: anybody who may write to
    /// it could give capabilities to whatever he likes. Otherwise throws EPERM.
    /// - Parameter limit: the most bytes that are accepted.
    static func readingTrustedFile(_ path: ByteString, limit: Int) throws(Errno) -> ByteString {
        let file = try FileDescriptor.open(path, [.readOnly, .nonBlocking, .noControllingTerminal])
        let status = try file.status()
        guard status.kind == .regular else { throw .invalidArgument }
        let isOwn = status.owner == .root || status.owner == CurrentProcess.effectiveUser
        guard isOwn, !status.mode.isWritableByGroupOrOthers else { throw .notPermitted }
        return ByteString(try file.readToEnd(limit: limit))
    }
}
