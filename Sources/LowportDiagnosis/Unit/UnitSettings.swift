// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The settings of one section of a unit, from its fragment and then its drop-ins.
package struct UnitSettings: Hashable, Sendable {
    /// A value, and where it is assigned.
    package struct Setting: Hashable, Sendable {
        /// The name of the setting.
        package var name: ByteString
        /// The value.
        package var value: ByteString
        /// The place: `FILE:LINE`.
        package var place: ByteString

        /// `FILE:LINE: NAME=VALUE`.
        package var text: ByteString { "\(place): \(name)=\(value)" }
    }

    /// A file that is refused as a whole.
    package struct FileError: Error, Hashable, Sendable {
        /// What is wrong, after `FILE:LINE: ` or `FILE: `.
        package var text: ByteString
        /// The error of reading the file; nil if it was read.
        package var error: Errno?

        /// Creates the error of a file.
        package init(text: ByteString, error: Errno? = nil) {
            self.text = text
            self.error = error
        }
    }

    /// The assignments, in the order in which they count.
    package private(set) var all: [Setting] = []
    /// The lines that do not count, as sentences.
    package private(set) var notes: [ByteString] = []
    private let section: ByteString

    /// The longest file that is read, in bytes.
    private static let limit = 1 << 20

    /// Creates the settings of `section`, without any.
    package init(section: ByteString) { self.section = section }

    /// Reads the settings of `section` from `files`. systemd refuses a unit with a fragment that has an error, and
    /// skips the rest of such a drop-in; here, either is an error.
    package init(section: ByteString, of files: UnitFiles) throws(FileError) {
        self.init(section: section)
        for path in [files.fragment] + files.dropIns {
            let content: [UInt8]
            do throws(Errno) {
                content = try FileDescriptor.open(path, [.readOnly, .nonBlocking]).readToEnd(limit: Self.limit)
            } catch { throw FileError(text: "\(path): \(error.sentence)", error: error) }
            try add(content, from: path)
        }
    }

    /// Adds the assignments of the file at `path` with this content.
    package mutating func add(_ content: [UInt8], from path: ByteString) throws(FileError) {
        let text: UnitText
        do throws(UnitText.SyntaxError) { text = try UnitText(content) } catch {
            throw FileError(text: "\(path):\(error.line): \(error.reason)")
        }
        for one in text.assignments where one.section == section {
            all.append(Setting(name: one.name, value: one.value, place: "\(path):\(one.line)"))
        }
        notes += text.skipped.map { "\(path):\($0.line) does not count: \($0.reason)" }
    }

    // MARK: - Values

    /// The names that settings once had, and still have.
    private static let oldNames: [ByteString: ByteString] = [
        "ReadWriteDirectories": "ReadWritePaths", "ReadOnlyDirectories": "ReadOnlyPaths",
        "InaccessibleDirectories": "InaccessiblePaths",
    ]

    /// The assignments of `name` in order, with those that empty the list.
    func history(_ name: ByteString) -> [Setting] {
        all.filter { $0.name == name || Self.oldNames[$0.name] == name }
    }

    /// The assignments of the list `name` after the last empty one.
    func list(_ name: ByteString) -> [Setting] {
        let history = history(name)
        return Array(history[(history.lastIndex { $0.value.isEmpty }.map { $0 + 1 } ?? 0)...])
    }

    /// The last assignment of `name`; nil if it is empty, or if there is none.
    func last(_ name: ByteString) -> Setting? { history(name).last.flatMap { $0.value.isEmpty ? nil : $0 } }

    /// The last assignment of `name` with a truth value, if that is true; others do not count.
    func enabled(_ name: ByteString) -> Setting? {
        history(name).last { UnitWords.flag($0.value) != nil }.flatMap { UnitWords.flag($0.value) == true ? $0 : nil }
    }
}
