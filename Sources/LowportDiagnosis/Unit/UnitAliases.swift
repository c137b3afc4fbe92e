// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The names of units that are links to other units (systemd.unit(5), "Unit file aliases").
struct UnitAliases {
    /// The directories of units, without links: on most machines two of them are the same one.
    private let directories: Set<ByteString>

    /// The links between the files in `directories`.
    init(_ directories: [ByteString]) { self.directories = Set(directories.map(\.withoutLinks)) }

    /// The name of the unit whose file is `path`.
    ///
    /// What a link leads to is the unit if it lies in one of the directories, and the name of the link is another name
    /// of it. What lies elsewhere is a file for the unit that has the name of the link.
    /// - Parameter asked: the unit that was asked for, whose file `path` is: an instance has that of its template.
    func name(of path: ByteString, _ asked: UnitName) -> UnitName {
        var (path, name) = (path, asked)
        // As many links as the kernel follows (path_resolution(7)).
        for _ in 0..<40 {
            guard let next = target(of: path), let real = UnitName(next.name), real.suffix == asked.suffix else {
                break
            }
            path = next.path
            // The template of an instance has its settings, and the instance is the unit.
            if real.text == asked.template || real.instance == "" && asked.instance ?? "" != "" { continue }
            name = real
        }
        return name
    }

    /// What the symbolic link `path` leads to by its own text; nil if it is no link, or leads out of the directories.
    private func target(of path: ByteString) -> (path: ByteString, name: ByteString)? {
        guard let text = try? readLink(path), let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")) else {
            return nil
        }
        let target = text.hasPrefix("/") ? text : ByteString(path.bytes[...slash]) + text
        guard let end = target.bytes.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let directory = ByteString(target.bytes[..<end]).withoutLinks
        guard directories.contains(directory) else { return nil }
        let name = ByteString(target.bytes[(end + 1)...])
        return ("\(directory)/\(name)", name)
    }
}
