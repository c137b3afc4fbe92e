// SPDX-License-Identifier: Apache-2.0
public import Linux

/// How a source of permission is called, where it lies, and what holds for all that it allows.
public struct SourceTraits: Sendable {
    /// Its name, as in findings and in JSON: `rules`, one word.
    public let name: ByteString
    /// What the whole of it is called: `the rules`.
    public let title: ByteString
    /// What one thing that allows is called: `rule`. A vowel does not begin it.
    public let noun: ByteString
    /// The directory that its paths begin with.
    public let directory: ByteString
    /// What it is read from, in groups that change for themselves.
    public let watchedPaths: [[WatchedPath]]
    /// Whether its entries are rules, lines in the language of lowport.rules(5).
    public let isWrittenInRules: Bool
    /// Whether what it answers depends on the rights of the process that asks, so that only root can ask for others.
    public let dependsOnAsker: Bool
    /// Whether the kernel engine has all that it allows; otherwise what cannot be said once for all binds is left out there.
    public let isWhollyInKernel: Bool
}

/// Something that a source is read from, and what of it means that the source has changed.
public struct WatchedPath: Hashable, Sendable {
    /// What is looked at.
    public enum Kind: Hashable, Sendable {
        /// Which directory it is, and whose. Other things lie in it as well.
        case directory
        /// The file, and when it changed.
        case file
        /// The directory, and each file in it whose name ends so.
        case files(suffix: ByteString)
    }

    /// The path.
    public let path: ByteString
    /// What is looked at.
    public let kind: Kind

    /// Creates a path to watch.
    public init(_ path: ByteString, _ kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

extension PolicySource {
    /// What is said where none of them allows something: `no rule and no file of authbind`.
    public static var noneOfAll: ByteString {
        var text = ByteString()
        for source in allCases { text += (text.isEmpty ? "no " : " and no ") + source.traits.noun }
        return text
    }
}
