// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// The words behind `getcap`, read as getopt(3) reads them.
///
/// Options may stand behind files, unless POSIXLY_CORRECT is set; behind `--` all words are files.
struct GetcapCommandLine: Hashable {
    /// `-r`: walk through directories.
    var isRecursive = false
    /// `-v`: also name files that have no capabilities.
    var isVerbose = false
    /// `-n`: also print the root user of the capabilities' user namespace.
    var printsRootUser = false
    /// What to look at.
    var files: [ByteString] = []

    /// What the command line asks for in the place of looking at files.
    enum Refusal: Error, Hashable {
        /// `-h`; exit status 0.
        case help
        /// `-l`; exit status 0.
        case license
        /// A letter that is no option.
        case invalidOption(UInt8)
        /// There are no files.
        case noFiles
    }

    /// Reads `words`, the command line without the name of the program.
    /// - Parameter optionsStandFirst: whether the first file ends the options.
    init(_ words: ArraySlice<ByteString>, optionsStandFirst: Bool) throws(Refusal) {
        var words = words
        while let word = words.popFirst() {
            if word == "--" {
                files += words
                break
            }
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

    private mutating func take(option letter: UInt8) throws(Refusal) {
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
