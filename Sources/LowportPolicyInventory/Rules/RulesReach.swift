// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Which files and directories of the rules not every user can read.
///
/// The helper reads the rules with the rights of the user who starts it; only the kernel engine has them from root.
struct RulesReach {
    /// A file or directory, and its mode.
    struct Obstacle: Hashable {
        let path: ByteString
        let mode: FileMode
        let isDirectory: Bool

        /// The obstacle, as the end of a sentence that begins with the path.
        var text: ByteString {
            "mode \(mode): users who cannot read \(isDirectory ? "and search it" : "it") get nothing from its rules"
        }

        var remedy: Message? {
            ShellCommand(["sudo", "chmod", isDirectory ? "o+rx" : "o+r", ShellCommand.operand(path)])
                .map { Message($0) }
        }
    }

    /// What keeps users from the rules in `contents`, which are those of this machine; directories first.
    static func obstacles(_ contents: RuleStore.Contents) -> [Obstacle] {
        guard contents.hasFiles else { return [] }
        let directories: [ByteString] = ["/", "/etc", "/etc/lowport", RuleStore.extraPath]
        return directories.compactMap { obstacle($0, 0o005, isDirectory: true) }
            + contents.files.filter(\.isValid).compactMap { obstacle($0.path, 0o004, isDirectory: false) }
    }

    private static func obstacle(_ path: ByteString, _ needed: UInt32, isDirectory: Bool) -> Obstacle? {
        guard let status = try? FileStatus(of: path), status.mode.rawValue & needed != needed else { return nil }
        return Obstacle(path: path, mode: status.mode, isDirectory: isDirectory)
    }
}
