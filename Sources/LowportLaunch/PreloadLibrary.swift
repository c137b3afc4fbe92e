// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The preload library, from the installation of the running program.
package enum PreloadLibrary {
    /// The file name of the library.
    package static var name: ByteString { "liblowport-preload.so" }

    /// The variable that has the library tell of the first refusal also where standard error is no terminal.
    package static var verboseVariable: ByteString { "LOWPORT_VERBOSE" }

    /// The path of the library; nil if it is not in the expected place, or if LD_PRELOAD cannot hold the path, as it
    /// has no quoting.
    package static var path: ByteString? {
        guard let path = Installation.path(of: name) else { return nil }
        return path.bytes.contains(UInt8(ascii: ":")) || path.bytes.contains(UInt8(ascii: " ")) ? nil : path
    }

    /// Adds the library at `path` to the environment of the program that is executed next.
    ///
    /// The variables are authbind's: the library is appended to LD_PRELOAD, AUTHBIND_LIB contains its name there, and
    /// AUTHBIND_LEVELS the number of program levels for which it stays (authbind(1), ENVIRONMENT).
    /// - Parameter levels: the value of AUTHBIND_LEVELS; nil leaves the variable unchanged.
    package static func preload(_ path: ByteString, levels: ByteString?) throws(Errno) {
        try Environment.set("AUTHBIND_LIB", to: path)
        try Environment.set("LD_PRELOAD", to: Environment.value(of: "LD_PRELOAD").map { "\($0):\(path)" } ?? path)
        if let levels { try Environment.set("AUTHBIND_LEVELS", to: levels) }
    }
}
