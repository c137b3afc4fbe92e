// SPDX-License-Identifier: Apache-2.0

/// The library that is put in front of the program's own, where this program was installed.
enum PreloadLibrary {
    /// The name of its file.
    static var name: ByteString { "liblowport-preload.so" }

    /// Its path; nil if it is not where it should be, or if LD_PRELOAD cannot hold the path, which has no quoting.
    ///
    /// Looked for from the place of the running program and not from the environment, so that an installation can be
    /// moved as a whole: `PREFIX/bin` with `PREFIX/libexec/lowport` or `PREFIX/lib/lowport`, or everything in one folder.
    static var path: ByteString? {
        guard let program = CurrentProcess.executablePath else { return nil }
        let folder = parent(of: program)
        let prefix = parent(of: folder)
        for place in ["\(prefix)/libexec/lowport", "\(prefix)/lib/lowport", folder] as [ByteString] {
            let path: ByteString = "\(place)/\(name)"
            guard (try? checkAccess(.exists, to: path)) != nil else { continue }
            return path.bytes.contains(UInt8(ascii: ":")) || path.bytes.contains(UInt8(ascii: " ")) ? nil : path
        }
        return nil
    }

    private static func parent(of path: ByteString) -> ByteString {
        guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return ByteString(path.bytes[..<slash])
    }
}
