// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// What a walk found at a path.
package struct WalkFinding: Hashable, Sendable {
    /// The kind of a finding.
    package enum Kind: Hashable, Sendable {
        /// A file with capabilities.
        case capabilities(FileCapabilities)
        /// A file without capabilities.
        case none
        /// A file whose capabilities the kernel does not return.
        case unreadable(Errno)
        /// A directory or a symbolic link.
        case notFile
        /// A directory that cannot be opened.
        case closedDirectory(Errno)
        /// A directory that was reported before, and whose entries cannot be read to their end.
        case unfinishedDirectory(Errno)
        /// An entry whose kind is unknown, such as an entry of a directory without search permission.
        case unreachable(Errno)
    }

    /// The path: the operand of the walk, and the names from there on.
    package let path: ByteString
    /// The kind of the finding.
    package let kind: Kind

    /// Creates a finding.
    package init(_ kind: Kind, at path: ByteString) {
        self.path = path
        self.kind = kind
    }
}

/// What a walk examines and reports.
package struct WalkOptions: Hashable, Sendable {
    /// Whether files without capabilities, directories and links are reported too.
    package var tellsEverything = false
    /// Whether directories on another file system than that of the operand are skipped.
    package var staysOnFileSystem = false
    /// Whether network file systems, and those that have no files on a disk or in memory, are skipped where they are
    /// mounted below the operand.
    package var skipsRemoteFileSystems = false
    /// The number of threads that read directories; nil for the number of processors, at most eight.
    package var threads: Int?

    /// Creates options that report only files with capabilities, and exclude no directory.
    package init() {}
}
