// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The files of a unit: its fragment and its drop-ins, where systemd looks for them (systemd.unit(5), "Unit file load
/// path").
///
/// They are read here, and not by systemctl(1), which has no answer in a container, in a chroot and while an image is
/// built.
package struct UnitFiles: Hashable, Sendable {
    /// Why a unit has no files.
    package enum SearchError: Error, Hashable, Sendable {
        /// No directory has a file of that name.
        case missing
        /// This file masks the unit: it is empty, or leads to /dev/null.
        case masked(ByteString)
        /// This file, or what it leads to, may not be read.
        case unreadable(ByteString, Errno)
    }

    /// The directories of the system's units, those first whose files precede.
    package static let directories: [ByteString] = [
        "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
        "/run/systemd/generator.early", "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
        "/run/systemd/system.attached", "/run/systemd/generator", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/generator.late",
    ]

    /// The name of the unit, which is another one than was asked for if that is an alias.
    package private(set) var name: UnitName
    /// The path of the fragment.
    package let fragment: ByteString
    /// The paths of the drop-ins, in the order in which they count.
    package private(set) var dropIns: [ByteString] = []

    /// Looks for the files of the unit `asked` in `directories`.
    package init(_ asked: UnitName, in directories: [ByteString] = directories) throws(SearchError) {
        let names = [asked.text] + (asked.template.map { [$0] } ?? [])
        let paths = names.flatMap { name in directories.map { "\($0)/\(name)" as ByteString } }
        guard let path = paths.first(where: { (try? FileStatus(of: $0, followLinks: false)) != nil }) else {
            throw .missing
        }
        if Self.isMask(path) { throw .masked(path) }
        fragment = path
        name = asked
        // What a link leads to is the unit, and the name of the link is another name of it.
        if let target = Self.target(of: path), let real = UnitName(target), real.suffix == asked.suffix,
            real.text != asked.template, !(real.instance == "" && asked.instance != nil)
        {
            name = real
        }
        do throws(Errno) { _ = try FileStatus(of: path) } catch { throw .unreadable(path, error) }
        dropIns = Self.dropIns(Array(Set([asked, name])).sorted { $0 == name && $1 != name }, directories)
    }

    /// The drop-ins of a unit with these names: of files with the same name, the first counts.
    private static func dropIns(_ names: [UnitName], _ directories: [ByteString]) -> [ByteString] {
        var found: [ByteString: ByteString] = [:]
        for name in names.flatMap(\.dropInDirectories) {
            for directory in directories {
                let place: ByteString = "\(directory)/\(name)"
                let files = (try? FileDescriptor.open(place, [.readOnly, .directory]).names()) ?? []
                for file in files where file.hasSuffix(".conf") && !file.hasPrefix(".") && found[file] == nil {
                    found[file] = "\(place)/\(file)"
                }
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value).filter { !isMask($0) }
    }

    /// Whether the file is empty, or leads to /dev/null.
    private static func isMask(_ path: ByteString) -> Bool {
        guard let status = try? FileStatus(of: path) else { return false }
        if status.kind == .regular { return status.size == 0 }
        return (try? FileStatus(of: "/dev/null")).map { $0.device == status.device && $0.inode == status.inode }
            ?? false
    }

    /// The file name that the symbolic link `path` leads to; nil if it is no link.
    private static func target(of path: ByteString) -> ByteString? {
        guard (try? readLink(path)) != nil, let end = try? ResolvedPath(path, followLinks: true).path else {
            return nil
        }
        return end.bytes.lastIndex(of: UInt8(ascii: "/")).map { ByteString(end.bytes[($0 + 1)...]) }
    }
}
