// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The form of the statistics at the end.
enum StatisticsForm: Equatable {
    case none, text, json
    /// The line of ncat.
    case ncat
}

/// The information that a command line can request instead of a connection.
enum Information: Equatable {
    /// The help, on standard output.
    case help
    /// The help, on standard error, as the letter has always printed it.
    case helpOnErrors
    /// The version.
    case version
}

extension Options {
    /// The options for messages on standard error, and for information instead of a connection.
    mutating func readDiagnosticOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("Diagnostics")
        if reader.option("-v, --verbose", "report connections and failed attempts") { isVerbose = true }
        if reader.option("--progress", "show the progress, on a terminal") { content.showsProgress = true }
        if reader.option("--stats text|json", "print statistics at the end") {
            switch reader.value {
            case "text": content.statistics = .text
            case "json": content.statistics = .json
            default: throw UsageError(message: "stats invalid: \(reader.value)")
            }
        }
        if reader.option("-h", "show the options, on standard error") { information = .helpOnErrors }
        if reader.option("--help", "show the options") { information = .help }
        if reader.option("--version", "show the version") { information = .version }
        // The tests of ncat wait for a line that reports the listener.
        if reader.hiddenOption("--test") { printsTestLines = true }
    }
}
