// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A directory, or the rest of a directory, that a walk still has to read.
///
/// The device is that of the parent or of the open directory; if the options of the walk do not depend on it, that of
/// the operand.
enum WalkTask: Sendable {
    /// The directory with this name in its parent.
    case directory(ByteString, parent: OpenDirectory, device: UInt64)
    /// The remaining entries of an open directory, of which nothing or a part has been read.
    case entries(OpenDirectory, from: DirectoryPosition, device: UInt64)
}

/// The result of reading a task.
struct WalkResult: Sendable {
    /// Findings, and the tasks between them, in the order of the directory.
    var items: [WalkItem] = []
    /// The number of entries that were examined.
    var entryCount = 0
}

/// A finding, or a task that will produce findings in its place.
enum WalkItem: Sendable {
    case finding(WalkFinding)
    case task(WalkTask)
}
