// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The arguments of `getcap`, parsed as getopt(3) parses them.
///
/// Options may follow files, unless POSIXLY_CORRECT is set; after `--` all words are files. The original has no long
/// options: the long options of this program are words that the original rejects, and all others are rejected as in the
/// original.
struct GetcapCommandLine: Hashable {
    /// How findings are printed.
    enum Format {
        /// As in the original: lines of name and text.
        case lines
        /// Name and text, each followed by a NUL.
        case nulls
        /// A JSON object on a line of its own.
        case json
    }

    /// `-r`: walk through directories.
    var isRecursive = false
    /// `-v`: also list files without capabilities.
    var isVerbose = false
    /// `-n`: also print the root user of the capabilities' user namespace.
    var printsRootUser = false
    /// `--null` and `--json`.
    var format = Format.lines
    /// `--one-file-system`: do not walk into mounted file systems.
    var staysOnFileSystem = false
    /// `--local`: do not walk into network file systems and virtual file systems of the kernel.
    var skipsRemoteFileSystems = false
    /// `--strict`: fail if anything could not be read.
    var isStrict = false
    /// `--progress`: show the progress of a long walk on a terminal.
    var showsProgress = false
    /// `--audit`: report warnings about the capabilities that are found.
    var audits = false
    /// `--save`: the file to save the findings in.
    var saveFile: ByteString?
    /// The files to examine.
    var files: [ByteString] = []

    /// What the command line requests instead of examining files, or what is wrong with it.
    enum UsageError: Error, Hashable {
        /// `-h`; exit status 0.
        case help
        /// `-l`; exit status 0.
        case license
        /// The letter is not an option.
        case invalidOption(UInt8)
        /// A long option at the end lacks its argument.
        case missingArgument(ByteString)
        /// There are no files.
        case noFiles
    }

    /// Parses `words`, the command line without the name of the program.
    /// - Parameter optionsStandFirst: whether the first file ends the options.
    init(_ words: ArraySlice<ByteString>, optionsStandFirst: Bool) throws(UsageError) {
        var words = words
        while let word = words.popFirst() {
            if word == "--" {
                files += words
                break
            }
            if word == "--save" {
                guard let file = words.popFirst() else { throw .missingArgument(word) }
                saveFile = file
                continue
            }
            if takeLong(word) { continue }
            if word.count > 1 && word.hasPrefix("-") {
                for letter in word.bytes.dropFirst() { try take(option: letter) }
                continue
            }
            files.append(word)
            if optionsStandFirst {
                files += words
                break
            }
        }
        if files.isEmpty { throw .noFiles }
    }

    private mutating func takeLong(_ word: ByteString) -> Bool {
        if word == "--json" {
            format = .json
        } else if word == "--null" {
            format = .nulls
        } else if word == "--one-file-system" {
            staysOnFileSystem = true
        } else if word == "--local" {
            skipsRemoteFileSystems = true
        } else if word == "--strict" {
            isStrict = true
        } else if word == "--progress" {
            showsProgress = true
        } else if word == "--audit" {
            audits = true
        } else {
            return false
        }
        return true
    }

    private mutating func take(option letter: UInt8) throws(UsageError) {
        switch letter {
        case UInt8(ascii: "r"): isRecursive = true
        case UInt8(ascii: "v"): isVerbose = true
        case UInt8(ascii: "n"): printsRootUser = true
        case UInt8(ascii: "h"): throw .help
        case UInt8(ascii: "l"): throw .license
        default: throw .invalidOption(letter)
        }
    }
}
