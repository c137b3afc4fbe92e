// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What a walk found at a path.
public struct WalkFinding: Hashable, Sendable {
    /// What it can be.
    public enum Kind: Hashable, Sendable {
        /// A file with capabilities.
        case capabilities(FileCapabilities)
        /// A file without capabilities.
        case none
        /// A file whose capabilities the kernel does not tell.
        case unreadable(Errno)
        /// A directory or a symbolic link.
        case notFile
        /// A directory that cannot be opened.
        case closedDirectory(Errno)
        /// A directory that was told of before, and whose entries cannot be read to their end.
        case unfinishedDirectory(Errno)
        /// Something that not even its kind is known of, such as an entry of a directory without search permission.
        case unreachable(Errno)
    }

    /// The operand of the walk, and the names from there on.
    public let path: ByteString
    /// What is there.
    public let kind: Kind

    /// Creates a finding.
    public init(_ kind: Kind, at path: ByteString) {
        self.path = path
        self.kind = kind
    }
}

/// What a walk is to look at and to tell.
public struct WalkOptions: Hashable, Sendable {
    /// Whether files without capabilities, directories and links are told of too.
    public var tellsEverything = false
    /// Whether directories on another file system than the operand's are left out.
    public var staysOnFileSystem = false
    /// Whether network file systems, and those that have no files on a disk or in memory, are left out where they are
    /// mounted below the operand.
    public var skipsRemoteFileSystems = false
    /// How many threads read directories; nil is as many as there are processors, and eight at the most.
    public var threads: Int?

    /// Creates options that tell of files with capabilities only, and go everywhere.
    public init() {}
}
