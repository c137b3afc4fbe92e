// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The files that the kernel and the loader map before a program runs: the loader itself and the libraries (ld.so(8)).
///
/// What the program loads while it runs is not among them.
struct ProgramLibraries: Hashable, Sendable {
    /// The paths, each once, the loader first.
    var found: [ByteString] = []
    /// Whether these are all of them.
    var isComplete = true

    init() {}

    /// Looks for those of the programs at `paths`.
    init(of paths: [ByteString]) {
        var seen: Set<ByteString> = []
        for path in paths {
            guard let program = DynamicObject(at: path) else {
                isComplete = false
                continue
            }
            guard let interpreter = program.interpreter else { continue }
            let place = (try? ResolvedPath(path, followLinks: true).path) ?? path
            let libraries = LibrarySearch(interpreter: interpreter).libraries(of: program, at: place)
            found += ([interpreter] + libraries.found).filter { seen.insert($0).inserted }
            if !libraries.missing.isEmpty { isComplete = false }
        }
    }
}
