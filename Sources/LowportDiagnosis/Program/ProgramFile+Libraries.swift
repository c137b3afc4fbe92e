// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The libraries that a program cannot be started without.
extension ProgramFile {
    /// Looks for them as `user`.
    /// - Parameter mode: what else the loader goes by if the program has no privileges; nil if that is not known.
    mutating func lookForLibraries(as user: UserID, _ groups: [GroupID], _ mode: LibrarySearch.Mode?) {
        let path = path
        let look = {
            let plain = mode.map { SecureStart.libraries(ofProgramAt: path, $0) }
            let closed = plain?.closed.first.map { unsearchableDirectory(above: $0) ?? $0 }
            return (SecureStart.missingLibraries(ofProgramAt: path), plain?.missing ?? [], closed)
        }
        (missingLibraries, absentLibraries, closedPlace) = asUser(user, groups, look) ?? look()
    }
}

extension LibrarySearch.Mode {
    /// That of a program which gets the environment of this process.
    static var own: LibrarySearch.Mode {
        func elements(_ name: ByteString, _ separators: ByteString) -> [ByteString] {
            let value = Environment.value(of: name) ?? ""
            return value.isEmpty
                ? []
                : value.bytes.split(omittingEmptySubsequences: false) { separators.bytes.contains($0) }
                    .map { ByteString($0) }
        }
        return .plain(path: elements("LD_LIBRARY_PATH", ":;"), preloaded: elements("LD_PRELOAD", ": "))
    }

    /// That of a program with an environment which says nothing about libraries.
    static var bare: LibrarySearch.Mode { .plain(path: [], preloaded: []) }
}
