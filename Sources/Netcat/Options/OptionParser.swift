// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// What a command line asks for.
enum Invocation: Equatable {
    case help(onErrors: Bool)
    case version
    case run(Options)

    /// Reads the arguments behind the program's name.
    init(_ arguments: [ByteString]) throws(UsageError) {
        var scanner = ArgumentScanner(arguments, rules: Option.rules)
        var options = Options()
        while let part = try scanner.next() {
            switch part {
            case .operand(let operand): options.operands.append(operand)
            case .option(.help, _), .option(.helpOnErrors, _):
                self = .help(onErrors: part == .option(.helpOnErrors, value: ""))
                return
            case .option(.version, _):
                self = .version
                return
            case .option(let option, let value): try options.take(option, value)
            }
        }
        try options.check()
        self = .run(options)
    }
}

extension Options {
    /// Takes one option over.
    fileprivate mutating func take(_ option: Option, _ value: ByteString) throws(UsageError) {
        switch option {
        case .ipv4: endpoint.family = .v4
        case .ipv6: endpoint.family = .v6
        case .datagrams: endpoint.usesDatagrams = true
        case .unixSocket: endpoint.isUnix = true
        case .sourceAddress: endpoint.sourceAddress = value
        case .sourcePort: endpoint.sourcePort = value
        case .listen: listens = true
        case .keepOpen: keepsOpen = true
        case .scan: scans = true
        case .shufflePorts: shufflesPorts = true
        case .verbose: isVerbose = true
        case .noNames: isNumeric = true
        case .ignoreInput, .receiveOnly: ending.ignoresInput = true
        case .closeAfterInput: ending.closesAfterInput = true
        case .noShutdown: ending.closesAfterInput = false
        case .sendOnly: ending.sendsOnly = true
        case .carriageReturns: content.sendsCarriageReturns = true
        case .timeout: endpoint.timeout = try duration(value, "timeout")
        case .interval: content.interval = try duration(value, "interval")
        case .stayAfterInput: try takeQuitTimer(value)
        case .receiveLimit: ending.receiveLimit = try number(value, "receive limit", 1...Int(Int32.max))
        case .parallel: parallelism = try number(value, "parallel", 1...1024)
        case .mostConnections: mostConnections = try number(value, "max-conns", 1...1_000_000)
        case .help, .helpOnErrors, .version: break
        }
    }

    /// `-q`: the end of input is passed on, and how long is stayed after it. A negative number takes it back.
    private mutating func takeQuitTimer(_ value: ByteString) throws(UsageError) {
        if value.hasPrefix("-") {
            _ = try number(value, "quit timer", Int(Int32.min)...Int(Int32.max))
            ending.closesAfterInput = false
            ending.staysAfterInput = nil
        } else {
            ending.staysAfterInput = try duration(value, "quit timer")
            ending.closesAfterInput = true
        }
    }

    private func number(_ text: ByteString, _ what: ByteString, _ range: ClosedRange<Int>) throws(UsageError) -> Int {
        do throws(OptionValue.Fault) {
            return try OptionValue.number(text, in: range)
        } catch {
            throw UsageError(message: "\(what) \(error.text): \(text)")
        }
    }

    private func duration(_ text: ByteString, _ what: ByteString) throws(UsageError) -> Milliseconds {
        do throws(OptionValue.Fault) {
            return try OptionValue.duration(text)
        } catch {
            throw UsageError(message: "\(what) \(error.text): \(text)")
        }
    }
}
