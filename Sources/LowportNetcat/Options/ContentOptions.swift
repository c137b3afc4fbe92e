// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// How the transferred bytes are changed, copied and counted.
struct ContentOptions: Equatable {
    /// Whether a line feed is sent as carriage return and line feed (`-C`).
    var sendsCarriageReturns = false
    /// How long to wait between lines, or between ports (`-i`).
    var interval: Milliseconds?
    /// Whether TELNET negotiations are refused (`-t`).
    var answersTelnet = false
    /// The file for a hexadecimal dump of both directions (`-o`).
    var dumpPath: ByteString?
    /// The file for a dump in ncat's form (`--hex-dump`).
    var plainDumpPath: ByteString?
    /// The file for the bytes of both directions (`--output`).
    var outputPath: ByteString?
    /// Whether output is appended to these files (`--append-output`).
    var appendsOutput = false
    /// Whether the progress is shown (`--progress`).
    var showsProgress = false
    /// The form of the statistics at the end (`--stats`).
    var statistics = StatisticsForm.none
}

extension Options {
    /// The options that change or copy what is transferred.
    mutating func readContentOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("Transferred data")
        if reader.option("-C, --crlf", "send line feeds as CR LF") { content.sendsCarriageReturns = true }
        if reader.option(
            "-i, --delay TIME",
            ncat: "-d, --delay TIME",
            inUsage: "interval",
            "wait TIME between lines, and between ports"
        ) {
            content.interval = try reader.duration(
                "interval",
                inNcat: "-d delay",
                maximum: Int(UInt32.max) * 1000
            )
        }
        if reader.option("-t, --telnet", "answer TELNET negotiations with no") { content.answersTelnet = true }
        reader.conflict(
            "Invalid option combination: -z and -t",
            if: dialect == .ncat && scans && content.answersTelnet
        )
        if reader.option("-o FILE", ncat: "", "write a dump of both directions") { content.dumpPath = reader.value }
        if reader.option(
            "--hex-dump FILE",
            ncat: "-x, --hex-dump FILE",
            "write a dump of both directions in ncat's form"
        ) {
            content.plainDumpPath = reader.value
        }
        if reader.option("--output FILE", ncat: "-o, --output FILE", "write the bytes of both directions") {
            content.outputPath = reader.value
        }
        if reader.option("--append-output", "add to these files") { content.appendsOutput = true }
    }
}
