// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The search for libraries of a dynamic loader in secure-execution mode (ld.so(8)), of glibc or musl.
///
/// `LD_LIBRARY_PATH` does not count there. `$ORIGIN` in the paths of the program itself does not count either, but for
/// glibc if it leads below a directory that the loader trusts.
struct LibrarySearch {
    /// The loader's own directories.
    let standard: [ByteString]
    let isMusl: Bool
    let cache: LoaderCache

    /// A program or a library, as loaded.
    struct Loaded {
        let object: DynamicObject
        /// The directory that `$ORIGIN` stands for.
        let origin: ByteString
        /// Which one needs it; nil for the program.
        let loader: Int?
    }

    /// Reads the settings of the loader at `interpreter`.
    init(interpreter: ByteString) {
        isMusl = (interpreter.split(on: UInt8(ascii: "/")).last ?? "").hasPrefix("ld-musl-")
        standard = isMusl ? Self.directoriesOfMusl(interpreter) : Self.directoriesOfGlibc(interpreter)
        cache = isMusl ? LoaderCache([]) : .ofSystem()
    }

    /// The libraries, named in any of the files, that are not found, each once.
    /// - Parameters:
    ///   - program: the program.
    ///   - path: its path, without links.
    func missing(for program: DynamicObject, at path: ByteString) -> [ByteString] {
        libraries(of: program, at: path).missing
    }

    /// The paths of the libraries that are found, and the names of those that are not, each once.
    func libraries(of program: DynamicObject, at path: ByteString) -> (found: [ByteString], missing: [ByteString]) {
        var found: [ByteString] = []
        var loaded = [Loaded(object: program, origin: Self.directory(of: path), loader: nil)]
        // The loader itself is there already.
        var known: Set<ByteString> = []
        if let interpreter = program.interpreter {
            known.insert(interpreter.split(on: UInt8(ascii: "/")).last ?? "")
            if let name = DynamicObject(at: interpreter)?.name { known.insert(name) }
        }
        var missing: [ByteString] = []
        var next = 0
        while next < loaded.count, loaded.count < 4096 {
            for name in loaded[next].object.needed where known.insert(name).inserted && !isBuiltIn(name) {
                guard let (path, object) = find(name, for: next, loaded) else {
                    missing.append(name)
                    continue
                }
                if let name = object.name { known.insert(name) }
                found.append(path)
                loaded.append(Loaded(object: object, origin: Self.directory(of: path), loader: next))
            }
            next += 1
        }
        return (found, missing)
    }

    private func find(_ name: ByteString, for index: Int, _ loaded: [Loaded]) -> (ByteString, DynamicObject)? {
        let candidates =
            name.bytes.contains(UInt8(ascii: "/"))
            ? expansions(of: name, from: loaded[index])
            : directories(for: index, loaded).map { "\($0)/\(name)" } + cache.paths(of: name)
                + standard.map { "\($0)/\(name)" }
        for path in candidates {
            if let object = DynamicObject(at: path), object.format == loaded[0].object.format { return (path, object) }
        }
        return nil
    }

    /// The directories that the files name: of the one that needs the library, and of those that need that one.
    private func directories(for index: Int, _ loaded: [Loaded]) -> [ByteString] {
        var directories: [ByteString] = []
        var place: Int? = index
        while let current = place {
            let file = loaded[current]
            // DT_RPATH also counts for the libraries of libraries, unless the one that needs it has DT_RUNPATH; for
            // musl both do.
            let elements =
                isMusl || current == index
                ? file.object.runPath ?? file.object.path : loaded[index].object.runPath == nil ? file.object.path : []
            // musl ignores the whole path.
            let isIgnored = isMusl && current == 0 && elements.contains { $0.bytes.contains(UInt8(ascii: "$")) }
            if !isIgnored { directories += elements.flatMap { expansions(of: $0, from: file) } }
            place = file.loader
        }
        return directories.map { $0.isEmpty ? "." : $0 }
    }

    /// Whether musl takes the library from the loader, which contains it.
    private func isBuiltIn(_ name: ByteString) -> Bool {
        let own: [ByteString] = ["c", "pthread", "rt", "m", "dl", "util", "xnet"]
        return isMusl && own.contains { name.hasPrefix("lib\($0).") }
    }

    static func directory(of path: ByteString) -> ByteString {
        guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == 0 ? "/" : ByteString(path.bytes[..<slash])
    }
}
