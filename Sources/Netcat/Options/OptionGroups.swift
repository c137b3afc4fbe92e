// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Reads values for options, and says of which option it was when one is wrong.
enum OptionReader {
    /// A number in `range`.
    static func number(_ text: ByteString, _ what: ByteString, _ range: ClosedRange<Int>) throws(UsageError) -> Int {
        do throws(OptionValue.Fault) {
            return try OptionValue.number(text, in: range)
        } catch {
            throw UsageError(message: "\(what) \(error.text): \(text)")
        }
    }

    /// A span of time.
    static func duration(
        _ text: ByteString,
        _ what: ByteString,
        most: Int = Int(Int32.max)
    ) throws(UsageError) -> Milliseconds {
        do throws(OptionValue.Fault) {
            return try OptionValue.duration(text, most: most)
        } catch {
            throw UsageError(message: "\(what) \(error.text): \(text)")
        }
    }
}

extension SocketSettings {
    /// Takes one option over, if it is about the socket; gives whether it was.
    mutating func take(_ option: Option, _ value: ByteString) throws(UsageError) -> Bool {
        switch option {
        case .broadcast: allowsBroadcast = true
        case .debug: isDebugged = true
        case .receiveBuffer: receiveBuffer = try size(value, "TCP receive window")
        case .sendBuffer: sendBuffer = try size(value, "TCP send window")
        case .hopLimit: hopLimit = try hops(value, "ttl")
        case .leastHops: leastHops = try hops(value, "minttl")
        case .typeOfService:
            typeOfService = TypeOfService.parse(value)
            if typeOfService == nil { throw UsageError(message: "illegal tos value \(value)") }
        default: return false
        }
        return true
    }

    private func size(_ text: ByteString, _ what: ByteString) throws(UsageError) -> Int32 {
        Int32(try OptionReader.number(text, what, 1...1_073_741_824))
    }

    private func hops(_ text: ByteString, _ what: ByteString) throws(UsageError) -> Int32 {
        do throws(OptionValue.Fault) {
            return Int32(try OptionValue.number(text, in: 0...255))
        } catch {
            throw UsageError(message: "\(what) is \(error.text)")
        }
    }
}

extension EndingOptions {
    /// Takes one option over, if it is about the end of a connection; gives whether it was.
    mutating func take(_ option: Option, _ value: ByteString) throws(UsageError) -> Bool {
        switch option {
        case .ignoreInput: ignoresInput = true
        case .receiveOnly:
            ignoresInput = true
            receivesOnly = true
        case .closeAfterInput: closesAfterInput = true
        case .noShutdown: closesAfterInput = false
        case .sendOnly:
            sendsOnly = true
            closesAfterInput = true
        case .receiveLimit: receiveLimit = try OptionReader.number(value, "receive limit", 1...Int(Int32.max))
        case .stayAfterInput: try takeQuitTimer(value)
        default: return false
        }
        return true
    }

    /// `-q`: the end of input is passed on, and how long is stayed after it. A negative number takes it back.
    private mutating func takeQuitTimer(_ value: ByteString) throws(UsageError) {
        if value.hasPrefix("-") {
            _ = try OptionReader.number(value, "quit timer", Int(Int32.min)...Int(Int32.max))
            closesAfterInput = false
            staysAfterInput = nil
        } else {
            staysAfterInput = try OptionReader.duration(value, "quit timer", most: Int(Int32.max) * 1000)
            closesAfterInput = true
        }
    }
}

extension ContentOptions {
    /// Takes one option over, if it is about the bytes; gives whether it was.
    mutating func take(_ option: Option, _ value: ByteString) throws(UsageError) -> Bool {
        switch option {
        case .carriageReturns: sendsCarriageReturns = true
        case .interval: interval = try OptionReader.duration(value, "interval", most: Int(UInt32.max) * 1000)
        case .telnet: answersTelnet = true
        case .dump: dumpPath = value
        case .plainDump: plainDumpPath = value
        case .output: outputPath = value
        case .appendOutput: appendsOutput = true
        case .progress: showsProgress = true
        case .statistics:
            guard value == "text" || value == "json" else { throw UsageError(message: "stats invalid: \(value)") }
            statistics = value == "json" ? .json : .text
        default: return false
        }
        return true
    }
}

extension TLSOptions {
    /// Takes one option over, if it is about encryption.
    mutating func take(_ option: Option, _ value: ByteString) {
        isWanted = true
        switch option {
        case .tlsCertificate: certificate = value
        case .tlsKey: key = value
        case .tlsVerify: verifies = true
        case .tlsTrust:
            trustFile = value
            verifies = true
        case .tlsCiphers: ciphers = value
        case .tlsName: serverName = value
        case .tlsProtocols: applicationProtocols = value
        default: break
        }
    }
}
