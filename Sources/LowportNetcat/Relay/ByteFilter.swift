// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A filter for relayed bytes. A class, since the embedded ring has no existentials of other kinds.
class ByteFilter {
    /// Changes or inspects `bytes`. Their number may at most double. Throws if a record of them cannot be written.
    func apply(_ bytes: inout [UInt8]) throws(NetcatError) {}
}

/// Sends every line feed as carriage return and line feed (`-C`), unless it already follows a carriage return.
final class CarriageReturnFilter: ByteFilter {
    private var last: UInt8 = 0

    override func apply(_ bytes: inout [UInt8]) {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        for byte in bytes {
            if byte == 0x0A && last != 0x0D { result.append(0x0D) }
            result.append(byte)
            last = byte
        }
        bytes = result
    }
}

/// Refuses every TELNET negotiation (`-t`, RFC 854): WILL with DONT, DO with WONT. All bytes pass unchanged.
final class TelnetFilter: ByteFilter {
    private enum State { case data, command, option(answer: UInt8) }

    private var state = State.data
    private let answer: ([UInt8]) -> Void

    /// Creates a filter for received bytes.
    /// - Parameter answer: sends an answer to the peer.
    init(answer: @escaping ([UInt8]) -> Void) { self.answer = answer }

    /// Creates a filter that answers over `peer`, as far as there is room at the moment.
    convenience init(answeringOver peer: Stream) {
        self.init { answer in
            let buffer = Buffer(capacity: answer.count)
            buffer.replace(with: answer)
            _ = try? peer.write(from: buffer, limit: .max)
        }
    }

    override func apply(_ bytes: inout [UInt8]) {
        var answers: [UInt8] = []
        for byte in bytes {
            switch (state, byte) {
            case (.data, 0xFF): state = .command
            case (.data, _): break
            case (.command, 0xFB), (.command, 0xFC): state = .option(answer: 0xFE)
            case (.command, 0xFD), (.command, 0xFE): state = .option(answer: 0xFC)
            case (.command, _): state = .data
            case (.option(let answer), _):
                answers += [0xFF, answer, byte]
                state = .data
            }
        }
        if !answers.isEmpty { answer(answers) }
    }
}
