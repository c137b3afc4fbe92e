// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The words behind `getcap`, read as getopt(3) reads them.
///
/// Options may stand behind files, unless POSIXLY_CORRECT is set; behind `--` all words are files. The original has no
/// long options: those that this program has are words that the original refuses, and all others are refused as it does.
struct GetcapCommandLine: Hashable {
    /// How findings are printed.
    enum Format {
        /// As the original does: lines of name and text.
        case lines
        /// Name and text, each with a NUL behind it.
        case nulls
        /// A JSON object on a line of its own.
        case json
    }

    /// `-r`: walk through directories.
    var isRecursive = false
    /// `-v`: also name files that have no capabilities.
    var isVerbose = false
    /// `-n`: also print the root user of the capabilities' user namespace.
    var printsRootUser = false
    /// `--null` and `--json`.
    var format = Format.lines
    /// `--one-file-system`: do not walk through mounts.
    var staysOnFileSystem = false
    /// `--local`: do not walk into network file systems, and those that the kernel makes up.
    var skipsRemoteFileSystems = false
    /// `--strict`: fail if anything could not be read.
    var isStrict = false
    /// `--progress`: tell on a terminal how far a long walk is.
    var showsProgress = false
    /// `--audit`: tell what stands against the capabilities that are found.
    var audits = false
    /// `--save`: where to keep what is found.
    var saveFile: ByteString?
    /// What to look at.
    var files: [ByteString] = []

    /// What the command line asks for in the place of looking at files.
    enum UsageError: Error, Hashable {
        /// `-h`; exit status 0.
        case help
        /// `-l`; exit status 0.
        case license
        /// A letter that is no option.
        case invalidOption(UInt8)
        /// A long option stands at the end, and needs a word behind it.
        case missingArgument(ByteString)
        /// There are no files.
        case noFiles
    }

    /// Reads `words`, the command line without the name of the program.
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
