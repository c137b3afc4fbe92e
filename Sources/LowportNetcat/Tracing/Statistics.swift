// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// How much was moved, and how fast.
struct Statistics: Equatable {
    /// Bytes that were read from the local input.
    var sent: Int
    /// Bytes that the peer sent.
    var received: Int
    /// How long the transfer took.
    var time: Milliseconds

    /// The figures in the requested form; nil for no form.
    func text(_ form: StatisticsForm) -> ByteString? {
        switch form {
        case .none: nil
        case .text:
            "\(sent) bytes sent, \(received) bytes received in \(seconds) seconds"
                + " (\(Amount(sent + received, in: time)))"
        case .ncat:
            "Ncat: \(sent) bytes sent, \(received) bytes received in \(ByteString(seconds.bytes.dropLast())) seconds."
        case .json:
            """
            {"schema":"lowport.transfer/1","bytes_sent":\(sent),"bytes_received":\(received),"seconds":\(seconds)}
            """
        }
    }

    private var seconds: ByteString {
        let thousandths = ByteString(decimal: time.rawValue % 1000 + 1000)
        return "\(time.rawValue / 1000).\(ByteString(thousandths.bytes[1...]))"
    }
}

/// An amount in readable form: `1.5 MiB`, `830 KiB/s`.
struct Amount: ByteStringConvertible {
    let byteString: ByteString

    /// Creates an amount of bytes.
    init(_ bytes: Int) {
        var units: ArraySlice<ByteString> = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        guard bytes >= 1024, var unit = units.popFirst() else {
            byteString = "\(bytes) B"
            return
        }
        var rest = bytes
        while rest >= 1 << 20, let next = units.popFirst() {
            rest >>= 10
            unit = next
        }
        let tenths = rest * 10 / 1024
        byteString = "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// Creates an amount of bytes a second.
    init(_ bytes: Int, in time: Milliseconds) {
        let milliseconds = max(time.rawValue, 1)
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: milliseconds)
        byteString = "\(Amount(whole * 1000 + rest * 1000 / milliseconds))/s"
    }
}

/// A line on the terminal with the progress of the transfer.
struct Progress {
    private let total: Int?
    private let start = Instant.now
    private(set) var nextAt = Instant.now

    /// Starts at zero. If the input is a regular file, its size is the total to send.
    init(input: InheritedDescriptor) {
        let status = try? input.status()
        total = status?.kind == .regular ? status.map { Int($0.size) } : nil
    }

    /// Shows the amounts, in place of the previous line.
    mutating func show(sent: Int, received: Int, _ console: Console) {
        nextAt = Instant.now + .seconds(1)
        let time = start.elapsed
        var line = "\r\(Amount(sent)) sent, \(Amount(received)) received" as ByteString
        line += ", \(Amount(sent + received, in: time))"
        if let total, sent > 0, sent <= total {
            let left = Int(Double(total - sent) / Double(sent) * Double(time.rawValue) / 1000)
            line += ", \(sent * 100 / max(total, 1)) % of \(Amount(total)), \(left) s left"
        }
        // Clears the rest of a longer previous line.
        try? InheritedDescriptor.standardError.write(line + "\u{1B}[K")
    }

    /// Leaves the line as it is.
    func finish(_ console: Console) { console.print("") }
}
