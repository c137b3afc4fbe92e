// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The library that is put in front of a program's own, where the running program was installed.
public enum PreloadLibrary {
    /// The name of its file.
    public static var name: ByteString { "liblowport-preload.so" }

    /// Its path; nil if it is not where it should be, or if LD_PRELOAD cannot hold the path, which has no quoting.
    public static var path: ByteString? {
        guard let path = Installation.path(of: name) else { return nil }
        return path.bytes.contains(UInt8(ascii: ":")) || path.bytes.contains(UInt8(ascii: " ")) ? nil : path
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
}
