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

    /// All names of the unit: the one that counts, the one that was asked for, and its other aliases.
    package private(set) var names: [UnitName]

    /// Looks for the files of the unit `asked` in `directories`.
    package init(_ asked: UnitName, in directories: [ByteString] = directories) throws(SearchError) {
        let texts = [asked.text] + (asked.template.map { [$0] } ?? [])
        let places = texts.flatMap { name in directories.map { "\($0)/\(name)" as ByteString } }
        guard let path = try Self.first(of: places) else { throw .missing }
        if Self.isMask(path) { throw .masked(path) }
        fragment = path
        name = UnitAliases(directories).name(of: path, asked)
        do throws(Errno) { _ = try FileStatus(of: path) } catch { throw .unreadable(path, error) }
        names = [name] + (name == asked ? [] : [asked])
        for alias in try Self.aliases(of: name, in: directories) where !names.contains(alias) { names.append(alias) }
        dropIns = try Self.dropIns(names, directories)
    }

    /// The other names of the unit: the links that lead to it.
    private static func aliases(
        of name: UnitName,
        in directories: [ByteString]
    ) throws(SearchError) -> [UnitName] {
        let aliases = UnitAliases(directories)
        var seen: Set<ByteString> = []
        var found: [UnitName] = []
        for directory in directories {
            // Of files with the same name, the first counts.
            for entry in try Self.entries(of: directory)
            where entry.hasSuffix(name.suffix) && seen.insert(entry).inserted {
                guard let alias = UnitName(entry) else { continue }
                let target = aliases.name(of: "\(directory)/\(entry)", alias)
                if target == alias { continue }
                if target == name { found.append(alias) }
                if target.text == name.template, let instance = name.instance, alias.instance == "",
                    let other = UnitName("\(alias.prefix)@\(instance)\(alias.suffix)")
                {
                    found.append(other)
                }
            }
        }
        return found.sorted { $0.text < $1.text }
    }

    /// Whether one of the directories of dependencies (`NAME.wants`, `NAME.requires`) has a link with one of the names.
    package func isWanted(in directories: [ByteString] = directories) throws(SearchError) -> Bool {
        for directory in directories {
            for entry in try Self.entries(of: directory) where entry.hasSuffix(".wants") || entry.hasSuffix(".requires")
            {
                let links = names.map { "\(directory)/\(entry)/\($0.text)" as ByteString }
                if try Self.first(of: links) != nil { return true }
            }
        }
        return false
    }

    /// The drop-ins of a unit with these names: of files with the same name, the first counts.
    private static func dropIns(
        _ names: [UnitName],
        _ directories: [ByteString]
    ) throws(SearchError) -> [ByteString] {
        var found: [ByteString: ByteString] = [:]
        for name in names.flatMap(\.dropInDirectories) {
            for directory in directories {
                let place: ByteString = "\(directory)/\(name)"
                for file in try entries(of: place)
                where file.hasSuffix(".conf") && !file.hasPrefix(".") && found[file] == nil {
                    found[file] = "\(place)/\(file)"
                }
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value).filter { !isMask($0) }
    }

    // MARK: - Files

    /// The names in a directory; none if there is no such directory.
    private static func entries(of place: ByteString) throws(SearchError) -> [ByteString] {
        do throws(Errno) { return try FileDescriptor.open(place, [.readOnly, .directory]).names() } catch {
            if error.isAbsence { return [] }
            throw .unreadable(place, error)
        }
    }

    /// The first of these paths that has a file, or a link.
    private static func first(of paths: [ByteString]) throws(SearchError) -> ByteString? {
        for path in paths {
            if try exists(path) { return path }
        }
        return nil
    }

    /// Whether there is such a file, or a link.
    private static func exists(_ path: ByteString) throws(SearchError) -> Bool {
        do throws(Errno) { _ = try FileStatus(of: path, followLinks: false) } catch {
            if error.isAbsence { return false }
            throw .unreadable(path, error)
        }
        return true
    }

    /// Whether the file is empty, or leads to /dev/null.
    private static func isMask(_ path: ByteString) -> Bool {
        guard let status = try? FileStatus(of: path) else { return false }
        if status.kind == .regular { return status.size == 0 }
        return (try? FileStatus(of: "/dev/null")).map { $0.device == status.device && $0.inode == status.inode }
            ?? false
    }
}

extension Errno {
    /// Whether there is no such file.
    fileprivate var isAbsence: Bool { self == .noSuchFile || self == .notDirectory }
}
