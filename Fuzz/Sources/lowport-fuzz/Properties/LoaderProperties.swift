// SPDX-License-Identifier: Apache-2.0

@testable import LowportDiagnosis
@testable import LowportLinux

extension Property {
    /// A program or a library: each name is a text of the file, with its NUL.
    static func checkObject(_ bytes: [UInt8]) throws {
        guard let object = DynamicObject(bytes: bytes) else { return }
        try require(bytes.count >= 52 && bytes[4] == (object.format.is64Bit ? 2 : 1), "another class")
        try require(object.runPath == nil || object.path.isEmpty, "both kinds of path")
        let lists = [object.needed, [object.interpreter, object.name].compactMap { $0 }]
        let paths = [object.path, object.runPath ?? []].map { ByteString(joining: $0, with: ":") }
        for text in lists.joined() + paths where !text.isEmpty {
            try require(isText(text, of: bytes), "a name from nowhere")
        }
    }

    /// The cache of the loader: each name and each path is a text of the file, with its NUL.
    static func checkCache(_ bytes: [UInt8]) throws {
        let cache = LoaderCache(bytes)
        try require(cache.names.count <= bytes.count / 24, "more names than entries")
        for name in cache.names {
            try require(isText(name, of: bytes), "a name from nowhere")
            for path in cache.paths(of: name) { try require(isText(path, of: bytes), "a path from nowhere") }
        }
    }

    private static func isText(_ text: ByteString, of bytes: [UInt8]) -> Bool {
        let wanted = text.bytes + [0]
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains { bytes[$0...].starts(with: wanted) }
    }
}
