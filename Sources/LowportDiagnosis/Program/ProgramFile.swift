// SPDX-License-Identifier: Apache-2.0
package import LowportCapabilities
package import LowportLaunch
package import LowportLinux

/// A program on the disk, and its properties that matter for a bind.
package struct ProgramFile: Hashable, Sendable {
    /// The result of reading the file capabilities.
    package enum Attribute: Hashable, Sendable {
        /// The file has no capabilities.
        case none
        /// The file has these capabilities.
        case some(FileCapabilities)
        /// The file system has no extended attributes.
        case unsupported
        /// The capabilities could not be read.
        case unreadable(Errno)
    }

    /// The path, with all symbolic links followed.
    package var path: ByteString
    /// The scripts that led to the program, the requested one first; each is started through the next.
    package var scripts: [ByteString]
    /// The scripts with file capabilities, which the kernel ignores.
    package var scriptsWithCapabilities: [ByteString]
    /// The kind of the program, which decides how its binds can be reached.
    package var image: ProgramImage
    /// The permission bits.
    package var mode: FileMode
    /// The owner.
    package var owner: UserID
    /// The group.
    package var group: GroupID
    /// The file capabilities.
    package var attribute: Attribute
    /// Whether set-ID and file capabilities have no effect on the file system (`nosuid`, mount(8)).
    package var isOnNosuidMount: Bool
    /// Which user besides root can replace the file, as the end of a sentence; nil if none can.
    package var weakness: ByteString?
    /// Whether a user other than root may change or replace the file: such a file must not be given a capability.
    package var isOpenToOthers: Bool

    /// The libraries that the loader does not find if the file gives the program privileges (`SecureStart`).
    package var missingLibraries: [ByteString] = []
    /// Those that it does not find in any case.
    var absentLibraries: [ByteString] = []
    /// The file, or the directory on the way to it, because of which it does not find the first of these.
    var closedPlace: ByteString?
    /// Whether the file could be read; if not, its kind is not known.
    package var isReadable = true

    /// Creates the description of a program.
    package init(
        path: ByteString,
        scripts: [ByteString] = [],
        scriptsWithCapabilities: [ByteString] = [],
        image: ProgramImage,
        mode: FileMode = FileMode(rawValue: 0o755),
        owner: UserID = .root,
        group: GroupID = .root,
        attribute: Attribute = .none,
        isOnNosuidMount: Bool = false,
        isOpenToOthers: Bool = false,
        weakness: ByteString? = nil
    ) {
        self.path = path
        self.scripts = scripts
        self.scriptsWithCapabilities = scriptsWithCapabilities
        self.image = image
        self.mode = mode
        self.owner = owner
        self.group = group
        self.attribute = attribute
        self.isOnNosuidMount = isOnNosuidMount
        self.weakness = weakness
        self.isOpenToOthers = isOpenToOthers
    }

    /// The path that is executed: the first of the scripts, or the program itself.
    var startedPath: ByteString { scripts.first ?? path }
}
