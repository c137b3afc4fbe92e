// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// A directory, or the rest of one, that a walk has still to read.
///
/// The device is that of the directory above; that of the operand where the options of the walk do not need to know it.
enum WalkTask: Sendable {
    /// The directory with this name in its parent.
    case directory(ByteString, parent: OpenDirectory, device: UInt64)
    /// What follows in an open directory, of which nothing or a part has been read.
    case entries(OpenDirectory, from: DirectoryPosition, device: UInt64)
}

/// What the reading of a task came to.
struct WalkResult: Sendable {
    /// Findings, and tasks that stand between them, in the order of the directory.
    var items: [WalkItem] = []
    /// How many entries were looked at.
    var entryCount = 0
}

/// A finding, or something that is left to do in its place.
enum WalkItem: Sendable {
    case finding(WalkFinding)
    case task(WalkTask)
}
