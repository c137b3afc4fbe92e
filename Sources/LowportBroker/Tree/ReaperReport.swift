// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The messages from the reaper to the stand-in.
enum ReaperReport: Equatable {
    /// The program and the reaper have started, with these process IDs.
    case started(program: Int32, reaper: Int32)
    /// The state of the program has changed.
    case changed(ProcessChange)

    /// The size of a report in bytes.
    static let size = 9

    /// The report as a message: its kind, followed by two numbers in little-endian order.
    var bytes: [UInt8] {
        switch self {
        case .started(let program, let reaper): Self.bytes(0, program, reaper)
        case .changed(.exited(let status)): Self.bytes(1, status)
        case .changed(.killed(let signal)): Self.bytes(2, signal)
        case .changed(.stopped(let signal)): Self.bytes(3, signal)
        case .changed(.continued): Self.bytes(4, 0)
        }
    }

    /// Parses a message; nil if it is not a report.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        func number(_ offset: Int) -> Int32 {
            Int32(bitPattern: UInt32(littleEndianBytes: bytes[offset..<offset + 4]))
        }
        switch bytes[0] {
        case 0: self = .started(program: number(1), reaper: number(5))
        case 1: self = .changed(.exited(status: number(1)))
        case 2: self = .changed(.killed(signal: number(1)))
        case 3: self = .changed(.stopped(signal: number(1)))
        case 4: self = .changed(.continued)
        default: return nil
        }
    }

    private static func bytes(_ kind: UInt8, _ first: Int32, _ second: Int32 = 0) -> [UInt8] {
        var bytes = [kind]
        for number in [first, second] {
            for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> Int32(byte * 8))) }
        }
        return bytes
    }
}
