// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// When and how a connection ends.
struct EndingOptions: Equatable {
    /// Whether standard input is left alone (`-d`).
    var ignoresInput = false
    /// Whether the end of standard input is passed on to the peer (`-N`).
    var closesAfterInput = false
    /// How long the connection stays open after the end of standard input (`-q`); nil is without limit.
    var staysAfterInput: Milliseconds?
    /// After how many packets to stop (`-W`).
    var receiveLimit: Int?
    /// Whether nothing is received, and the connection ends with standard input (`--send-only`).
    var sendsOnly = false
    /// Whether nothing is sent: neither standard input nor, by a broker, what clients send (`--recv-only`).
    var receivesOnly = false
    /// Whether the end of what the peer sends is passed on to the reader of standard output, as ncat does.
    var closesOutput = false
    /// Whether a connection that was reset is a failure, as for ncat.
    var failsOnReset = false
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
            "as -N, and quit TIME after the end of standard input (0: no limit)"
        ) {
            try ending.readQuitTimer(reader)
        }
        if reader.option(
            "-w, --wait TIME",
            inUsage: "timeout",
            "limit for connecting, and for a connection without transfers"
        ) {
            endpoint.timeout = try reader.duration("timeout")
        }
        if reader.option(
            "--idle-timeout TIME",
            ncat: "-i, --idle-timeout TIME",
            "limit for a connection without transfers"
        ) {
            endpoint.idleLimit = try reader.duration("idle timeout")
        }
        if reader.option("-W COUNT", "quit after COUNT received packets") {
            ending.receiveLimit = try reader.number("receive limit", 1...Int(Int32.max))
        }
        if reader.option("-d", ncat: "", "do not read standard input") { ending.ignoresInput = true }
        if reader.option("--recv-only", "do not read standard input; a broker passes nothing on") {
            (ending.ignoresInput, ending.receivesOnly) = (true, true)
        }
        if reader.option("--send-only", "receive nothing, quit when standard input ends") {
            (ending.sendsOnly, ending.closesAfterInput) = (true, true)
        }
    }
}

extension EndingOptions {
    /// `-q`: the end of input is passed on, and how long is stayed after it. A negative number cancels it.
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
