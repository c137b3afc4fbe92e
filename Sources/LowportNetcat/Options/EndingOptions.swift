// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// When and how a connection ends.
struct EndingOptions: Equatable {
    /// Whether standard input is not read (`-d`).
    var ignoresInput = false
    /// Whether end of file on standard input is passed on to the peer (`-N`).
    var closesAfterInput = false
    /// How long the connection stays open after end of file on standard input (`-q`); nil means no limit.
    var staysAfterInput: Milliseconds?
    /// After how many packets to stop (`-W`).
    var receiveLimit: Int?
    /// Whether nothing is received, and end of file on standard input ends the connection (`--send-only`).
    var sendsOnly = false
    /// Whether nothing is sent: neither standard input nor, by a broker, what clients send (`--recv-only`).
    var receivesOnly = false
    /// Whether end of file from the peer closes standard output, as in ncat.
    var closesOutput = false
}

extension Options {
    /// The options that say when and how a connection ends.
    mutating func readEndingOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("End of a connection")
        if reader.option("-N", "shut down the sending side when standard input ends") { ending.closesAfterInput = true }
        if reader.option("--no-shutdown", "cancel -N") { ending.closesAfterInput = false }
        if reader.option(
            "-q TIME",
            inUsage: "seconds",
            "as -N, and quit TIME after that (0: no limit)"
        ) {
            try ending.readQuitTimer(reader)
        }
        if reader.option(
            "-w, --wait TIME",
            inUsage: "timeout",
            "limit for connecting, and for a time without data"
        ) {
            endpoint.timeout = try reader.duration("timeout", inNcat: "-w timeout")
        }
        if reader.option(
            "--idle-timeout TIME",
            ncat: "-i, --idle-timeout TIME",
            "limit for a connection without transfers"
        ) {
            endpoint.idleLimit = try reader.duration("idle timeout", inNcat: "-i timeout")
        }
        if reader.option("-W COUNT", "quit after COUNT received packets") {
            ending.receiveLimit = try reader.number("receive limit", 1...Int(Int32.max))
        }
        if reader.option("-d", ncat: "", "do not read standard input") { ending.ignoresInput = true }
        if reader.option("--recv-only", "read no standard input; a broker passes nothing on") {
            (ending.ignoresInput, ending.receivesOnly) = (true, true)
        }
        if reader.option("--send-only", "receive nothing, quit when standard input ends") {
            (ending.sendsOnly, ending.closesAfterInput) = (true, true)
        }
    }
}

extension EndingOptions {
    /// `-q`: passes on the end of input, and sets how long to stay after it. A negative number cancels it.
    fileprivate mutating func readQuitTimer(_ reader: ArgumentReader) throws(UsageError) {
        if reader.value.hasPrefix("-") {
            _ = try reader.number("quit timer", Int(Int32.min)...Int(Int32.max))
            (closesAfterInput, staysAfterInput) = (false, nil)
        } else {
            staysAfterInput = try reader.duration("quit timer", maximum: Int(Int32.max) * 1000)
            closesAfterInput = true
        }
    }
}
