// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The name and location of a permission source, and what holds for everything that the source allows.
package struct SourceTraits: Sendable {
    /// The name in findings and in JSON: `rules`, one word.
    package let name: ByteString
    /// The name of the source as a whole: `the rules`.
    package let title: ByteString
    /// The noun for one entry that allows: `rule`. It does not begin with a vowel.
    package let noun: ByteString
    /// The directory that the paths of the source begin with.
    package let directory: ByteString
    /// The paths that the source is read from, in groups that change independently.
    package let watchedPaths: [[WatchedPath]]
    /// Whether the entries are rules, lines in the language of lowport.rules(5).
    package let isWrittenInRules: Bool
    /// Whether the answer depends on the rights of the asking process, so that only root can ask for other users.
    package let dependsOnAsker: Bool
    /// Whether the kernel engine has everything that the source allows; otherwise it leaves out what cannot be stated
    /// once for all binds.
    package let isWhollyInKernel: Bool
}

/// A path that a source is read from, and which of its properties show that the source has changed.
package struct WatchedPath: Hashable, Sendable {
    /// What is watched at a path.
    package enum Kind: Hashable, Sendable {
        /// The identity of the directory and its owner. The directory has unrelated entries as well.
        case directory
        /// The file, and the time of its last change.
        case file
        /// The directory, and each file in it whose name has this suffix.
        case files(suffix: ByteString)
    }

    /// The path.
    package let path: ByteString
    /// What is watched at the path.
    package let kind: Kind

    /// Creates a path to watch.
    package init(_ path: ByteString, _ kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

extension PolicySource {
    /// The phrase for what no source allows: `no rule and no file of authbind`.
    package static var noneOfAll: ByteString {
        var text = ByteString()
        for source in allCases { text += (text.isEmpty ? "no " : " and no ") + source.traits.noun }
        return text
    }
}
