// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

extension ByteString {
    /// Replaces the content of the file at `path` atomically: the file always has its old content or all of the new
    /// content, and only its owner may read and write it. A symbolic link of that name is replaced, and not followed.
    /// - Parameters:
    ///   - mode: the mode that the file gets instead.
    ///   - isForOthers: whether the directory may be another user's, who may replace the file again; otherwise, for root, it
    ///     may not.
    package func replaceFile(
        _ path: ByteString,
        mode: FileMode? = nil,
        isForOthers: Bool = false
    ) throws(NamedFileError) {
        let slash = path.bytes.lastIndex(of: UInt8(ascii: "/"))
        let name = ByteString(slash.map { path.bytes[($0 + 1)...] } ?? path.bytes[...])
        if name.isEmpty || name == "." || name == ".." { throw .failure(.isDirectory) }
        let parent: ByteString = slash.map { $0 == 0 ? "/" : ByteString(path.bytes[..<$0]) } ?? "."
        let directory = try Self.directory(parent, isForOthers: isForOthers)
        let new = name + ".new"
        // Left by an interrupted writer, or put in the way; it is not followed.
        try? directory.unlink(new)
        do throws(Errno) {
            let file = try FileDescriptor.open(new, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
            if let mode { try file.setMode(mode) }
            try file.write(self)
            try file.synchronize()
            try file.close()
            try directory.rename(new, to: name)
            try directory.synchronize()
        } catch {
            try? directory.unlink(new)
            throw .failure(error)
        }
    }

    private static func directory(_ path: ByteString, isForOthers: Bool) throws(NamedFileError) -> FileDescriptor {
        if !isForOthers { return try FileNaming().openDirectory(path) }
        do throws(Errno) { return try FileDescriptor.open(path, [.readOnly, .directory]) } catch {
            throw .failure(error)
        }
    }
}
