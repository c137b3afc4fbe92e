// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The search for libraries of a dynamic loader (ld.so(8)), of glibc or musl.
///
/// In secure-execution mode, `LD_LIBRARY_PATH` does not count. `$ORIGIN` in the paths of the program itself does not
/// count either, but for glibc if it leads below a directory that the loader trusts.
struct LibrarySearch {
    /// What the loader goes by beside the files.
    enum Mode: Hashable {
        /// Nothing: the program has gained privileges.
        case secure
        /// The elements of `LD_LIBRARY_PATH`, and the libraries of `LD_PRELOAD`.
        case plain(path: [ByteString], preloaded: [ByteString])
    }

    let mode: Mode
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

    /// What the search comes to.
    struct Outcome: Hashable {
        /// The paths of the libraries.
        var found: [ByteString] = []
        /// The names of those that are not found, each once.
        var missing: [ByteString] = []
        /// The places of these that the real user may not read, or not even look at.
        var closed: [ByteString] = []
    }

    /// Reads the settings of the loader at `interpreter`.
    init(interpreter: ByteString, mode: Mode = .secure) {
        self.mode = mode
        isMusl = (interpreter.split(on: UInt8(ascii: "/")).last ?? "").hasPrefix("ld-musl-")
        standard = isMusl ? Self.directoriesOfMusl(interpreter) : Self.directoriesOfGlibc(interpreter)
        cache = isMusl ? LoaderCache([]) : .ofSystem()
    }

    /// The libraries that are named in any of the files, as the real user finds them.
    /// - Parameters:
    ///   - program: the program.
    ///   - path: its path, without links.
    func libraries(of program: DynamicObject, at path: ByteString) -> Outcome {
        var outcome = Outcome()
        var loaded = [Loaded(object: program, origin: Self.directory(of: path), loader: nil)]
        // The loader itself is there already.
        var known: Set<ByteString> = []
        if let interpreter = program.interpreter {
            known.insert(interpreter.split(on: UInt8(ascii: "/")).last ?? "")
            if let name = DynamicObject(at: interpreter)?.name { known.insert(name) }
        }
        if case .plain(_, let preloaded) = mode {
            known.formUnion(preloaded.compactMap { DynamicObject(at: $0)?.name })
        }
        var next = 0
        while next < loaded.count, loaded.count < 4096 {
            for name in loaded[next].object.needed where known.insert(name).inserted && !isBuiltIn(name) {
                var closed: [ByteString] = []
                guard let (path, object) = find(name, for: next, loaded, &closed) else {
                    outcome.missing.append(name)
                    outcome.closed += closed
                    continue
                }
                if let name = object.name { known.insert(name) }
                outcome.found.append(path)
                loaded.append(Loaded(object: object, origin: Self.directory(of: path), loader: next))
            }
            next += 1
        }
        return outcome
    }

    private func find(
        _ name: ByteString,
        for index: Int,
        _ loaded: [Loaded],
        _ closed: inout [ByteString]
    ) -> (ByteString, DynamicObject)? {
        let candidates =
            name.bytes.contains(UInt8(ascii: "/"))
            ? expansions(of: name, from: loaded[index])
            : directories(for: index, loaded).map { "\($0)/\(name)" } + cache.paths(of: name)
                + standard.map { "\($0)/\(name)" }
        for path in candidates {
            if let error = accessError(.read, to: path) {
                if error == .permissionDenied { closed.append(path) }
                continue
            }
            if let object = DynamicObject(at: path), object.format == loaded[0].object.format { return (path, object) }
        }
        return nil
    }

    /// The directories that the files name: of the one that needs the library, and of those that need that one.
    private func directories(for index: Int, _ loaded: [Loaded]) -> [ByteString] {
        var directories: [ByteString] = []
        if case .plain(let path, _) = mode {
            directories = path.flatMap { expansions(of: $0, from: loaded[0]) }
        }
        var place: Int? = index
        while let current = place {
            let file = loaded[current]
            // DT_RPATH also counts for the libraries of libraries, unless the one that needs it has DT_RUNPATH; for
            // musl both do.
            let elements =
                isMusl || current == index
                ? file.object.runPath ?? file.object.path : loaded[index].object.runPath == nil ? file.object.path : []
            // musl ignores the whole path.
            let isIgnored =
                isMusl && mode == .secure && current == 0 && elements.contains { $0.bytes.contains(UInt8(ascii: "$")) }
            if !isIgnored { directories += elements.flatMap { expansions(of: $0, from: file) } }
            place = file.loader
        }
        return directories.map { $0.isEmpty ? "." : $0 }.flatMap { directory in
            [directory] + (isMusl ? [] : (2...4).map { "\(directory)/glibc-hwcaps/x86-64-v\($0)" })
        }
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
