// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The locations of the parts of Lowport, relative to the running program.
package enum Installation {
    /// Returns the path of the part with the file name `name`; nil if it is not in the expected place.
    ///
    /// The search starts at the running program and ignores the environment, so that an installation can be moved as a
    /// whole: `PREFIX/bin` with `PREFIX/libexec/lowport` or `PREFIX/lib/lowport`, or everything in one directory.
    /// Where /proc is not mounted, the running program is the file that execve(2) was called with (`AT_EXECFN`, getauxval(3)).
    package static func path(of name: ByteString) -> ByteString? {
        if let program = CurrentProcess.executablePath { return path(of: name, seenFrom: program) }
        guard let started = CurrentProcess.pathOfStart,
            let program = try? ResolvedPath(started, followLinks: true).path
        else { return nil }
        return path(of: name, seenFrom: program)
    }

    /// Returns the path of the part with the file name `name` where packages and `make install` put it, for a program that
    /// is no part of Lowport: nothing beside such a program is trusted. Nil if it is in none of these places.
    package static func standardPath(of name: ByteString) -> ByteString? {
        StandardPlaces.paths(of: name).first { (try? checkAccess(.exists, to: $0)) != nil }
    }

    private static func path(of name: ByteString, seenFrom program: ByteString) -> ByteString? {
        let directory = parent(of: program)
        let prefix = parent(of: directory)
        for place in ["\(prefix)/libexec/lowport", "\(prefix)/lib/lowport", directory] as [ByteString] {
            let path: ByteString = "\(place)/\(name)"
            if (try? checkAccess(.exists, to: path)) != nil { return path }
        }
        return nil
    }

    private static func parent(of path: ByteString) -> ByteString {
        guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return ByteString(path.bytes[..<slash])
    }
}
