// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The directories of a loader, and those that its variables stand for.
extension LibrarySearch {
    /// The directories in `DT_RPATH`, or the path in `DT_NEEDED`, with their variables replaced; none if the loader
    /// ignores it.
    ///
    /// What `$LIB` and `$PLATFORM` stand for depends on the machine: every usual value counts.
    func expansions(of element: ByteString, from file: Loaded) -> [ByteString] {
        var rest = element.bytes[...]
        var results: [ByteString] = [""]
        var isOfOrigin = false
        if let tail = Self.after("ORIGIN", in: rest), tail.isEmpty || tail.first == UInt8(ascii: "/") {
            (results, rest, isOfOrigin) = ([file.origin], tail, true)
        }
        while let byte = rest.first {
            var values: [ByteString] = [ByteString([byte])]
            if let tail = Self.after("ORIGIN", in: rest) {
                // In secure-execution mode, it counts only at the beginning.
                if mode == .secure { return [] }
                (values, rest) = ([file.origin], tail)
            } else if let tail = Self.after("LIB", in: rest) {
                (values, rest) = (["lib", "lib64", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu"], tail)
            } else if let tail = Self.after("PLATFORM", in: rest) {
                (values, rest) = (["x86_64", "haswell", "xeon_phi", "aarch64", "i686"], tail)
            } else {
                rest = rest.dropFirst()
            }
            // Two variables have twenty combinations; no path has more.
            if results.count * values.count > 100 { return [] }
            results = results.flatMap { result in values.map { result + $0 } }
        }
        guard mode == .secure, isOfOrigin, file.loader == nil else { return results }
        return isMusl ? [] : results.filter(isTrusted)
    }

    /// The bytes after the variable `name`, with or without braces, at the beginning of `text`; nil if it is not there.
    private static func after(_ name: ByteString, in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for form: ByteString in ["$\(name)", "${\(name)}"] where text.starts(with: form.bytes) {
            return text.dropFirst(form.count)
        }
        return nil
    }

    /// Whether `path`, without `.` and `..`, is one of the loader's own directories, or below one.
    private func isTrusted(_ path: ByteString) -> Bool {
        var parts: [ByteString] = []
        for part in path.split(on: UInt8(ascii: "/")) where !part.isEmpty && part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let plain: ByteString = "/\(ByteString(joining: parts, with: "/"))/"
        return path.hasPrefix("/") && standard.contains { plain.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
    }

    /// The directories that a loader of glibc has in its text, such as `/usr/lib/x86_64-linux-gnu/`; the usual ones if it
    /// cannot be read.
    static func directoriesOfGlibc(_ interpreter: ByteString) -> [ByteString] {
        let content = (try? FileDescriptor.open(interpreter, .readOnly).readToEnd(limit: 16 << 20)) ?? []
        let slash = UInt8(ascii: "/")
        var found: [ByteString] = []
        for text in content.split(separator: 0) where text.first == slash && text.last == slash {
            let path = ByteString(text)
            let isOfLibraries = path.split(on: slash).contains { $0.hasPrefix("lib") }
            if isOfLibraries, !found.contains(path) { found.append(path) }
        }
        if !found.isEmpty { return found }
        return [
            "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
        ]
    }

    /// The directories in the file of settings of musl, which is named after the loader; musl's own without it.
    static func directoriesOfMusl(_ interpreter: ByteString) -> [ByteString] {
        // The file is etc/ld-musl-x86_64.path, beside the directory of the loader ld-musl-x86_64.so.1.
        let name = interpreter.split(on: UInt8(ascii: "/")).last ?? ""
        let stem = name.split(on: UInt8(ascii: "."))[0]
        let root = directory(of: directory(of: interpreter))
        let file = try? FileDescriptor.open("\(root == "/" ? "" : root)/etc/\(stem).path", .readOnly)
            .readToEnd(limit: 65536)
        guard let file else { return ["/lib", "/usr/local/lib", "/usr/lib"] }
        return file.split { $0 == 0x0A || $0 == UInt8(ascii: ":") }.map { ByteString($0) }
    }
}
