// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// A program that a rule names, and the file that had this name when the kernel got the policy.
package struct NamedProgramFile: Hashable, Sendable, ByteStringConvertible {
    /// The path.
    package let path: ByteString
    /// The file; nil if there was none that could be trusted.
    package let file: FileIdentity?

    /// Creates a description.
    package init(path: ByteString, file: FileIdentity?) {
        self.path = path
        self.file = file
    }

    /// Parses `DEVICE INODE PATH`, or `- - PATH`.
    init?(_ text: ByteString) {
        let words = text.split(on: UInt8(ascii: " "))
        guard words.count >= 3 else { return nil }
        path = ByteString(text.bytes[(words[0].count + words[1].count + 2)...])
        if words[0] == "-" {
            file = nil
        } else if let device = Digits.canonicalNumber(words[0]), let inode = Digits.canonicalNumber(words[1]) {
            file = FileIdentity(device: device, inode: inode)
        } else {
            return nil
        }
    }

    /// `DEVICE INODE PATH`, or `- - PATH`.
    package var byteString: ByteString {
        guard let file else { return "- - \(path)" }
        return "\(ByteString(decimal: file.device)) \(ByteString(decimal: file.inode)) \(path)"
    }

    /// Whether the name still stands for that file, or for none that can be trusted.
    package var isCurrent: Bool { RuleStore.system.identity(ofProgramAt: path) == file }
}
