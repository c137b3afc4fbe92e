// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The libraries that ldconfig(8) has found, from which the loader of glibc takes them: `/etc/ld.so.cache`.
struct LoaderCache: Sendable {
    private var paths: [ByteString: [ByteString]] = [:]

    /// Parses `content`, the bytes of the file; what is not in the format of glibc since 2.2 is left out.
    init(_ content: [UInt8]) {
        let magic: ByteString = "glibc-ld.so.cache1.1"
        var start = 0
        // An older table may come first: a count and as many entries of 12 bytes.
        if content.starts(with: ByteString("ld.so-1.7.0").bytes), let count = content.number(at: 12, size: 4) {
            start = (16 + Int(count) * 12 + 7) / 8 * 8
        }
        guard start <= content.count else { return }
        let table = Array(content[start...])
        guard table.starts(with: magic.bytes), let count = table.number(at: 20, size: 4) else { return }
        // 48 bytes of header; an entry has 24: flags, the offsets of name and path, a version, and hardware.
        for index in 0..<min(Int(count), max(0, (table.count - 48) / 24)) {
            let entry = 48 + index * 24
            guard let name = Self.text(table, at: table.number(at: entry + 4, size: 4)),
                let path = Self.text(table, at: table.number(at: entry + 8, size: 4))
            else { continue }
            paths[name, default: []].append(path)
        }
    }

    /// The cache of this machine; empty if there is none.
    static func ofSystem() -> LoaderCache {
        LoaderCache((try? FileDescriptor.open("/etc/ld.so.cache", .readOnly).readToEnd(limit: 64 << 20)) ?? [])
    }

    /// The paths of the library `name`, for all formats.
    func paths(of name: ByteString) -> [ByteString] { paths[name] ?? [] }

    /// All names.
    var names: [ByteString] { Array(paths.keys) }

    private static func text(_ table: [UInt8], at offset: UInt64?) -> ByteString? {
        guard let offset, offset < UInt64(table.count) else { return nil }
        let rest = table[Int(offset)...].prefix(4097)
        guard let end = rest.firstIndex(of: 0) else { return nil }
        return ByteString(rest[..<end])
    }
}
