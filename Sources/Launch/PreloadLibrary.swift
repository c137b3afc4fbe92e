// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// The library that is put in front of a program's own, where the running program was installed.
public enum PreloadLibrary {
    /// The name of its file.
    public static var name: ByteString { "liblowport-preload.so" }

    /// Its path; nil if it is not where it should be, or if LD_PRELOAD cannot hold the path, which has no quoting.
    ///
    /// Looked for from the place of the running program and not from the environment, so that an installation can be
    /// moved as a whole: `PREFIX/bin` with `PREFIX/libexec/lowport` or `PREFIX/lib/lowport`, or everything in one folder.
    public static var path: ByteString? {
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

    /// Puts the library at `path` into the environment of the program that is started next.
    ///
    /// The variables are authbind's: LD_PRELOAD gets the library behind what it holds, AUTHBIND_LIB says what it is called
    /// there, and AUTHBIND_LEVELS for how many levels of programs it stays (authbind(1), ENVIRONMENT).
    /// - Parameter levels: the value of AUTHBIND_LEVELS; nil leaves the variable as it is.
    public static func preload(_ path: ByteString, levels: ByteString?) throws(Errno) {
        try Environment.set("AUTHBIND_LIB", to: path)
        try Environment.set("LD_PRELOAD", to: Environment.value(of: "LD_PRELOAD").map { "\($0):\(path)" } ?? path)
        if let levels { try Environment.set("AUTHBIND_LEVELS", to: levels) }
    }

    private static func parent(of path: ByteString) -> ByteString {
        guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return ByteString(path.bytes[..<slash])
    }
}
