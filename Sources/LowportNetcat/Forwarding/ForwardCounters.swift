// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What is counted for a route.
enum ForwardCount: Int {
    /// How many clients were accepted.
    case accepted
    /// How many of these are still connected.
    case active
    /// How many clients could not be connected to the target.
    case refused
    /// How many connections ended with a reset or by a time limit.
    case failed
    /// How many bytes went to the target.
    case sent
    /// How many bytes came from it.
    case received
}

/// The counters of a route, of all processes that serve it. Each process counts in a block of its own, so that it does not wait
/// for the others.
final class ForwardCounters {
    private let numbers: SharedNumbers
    private var block = 0

    private static var blocks: Int { 64 }
    private static var blockSize: Int { 8 }

    /// Creates counters, all 0, for this process and those that it forks.
    init() throws(Errno) { numbers = try SharedNumbers(count: ForwardCounters.blocks * ForwardCounters.blockSize) }

    /// Counts in another block from now on.
    func use(block: Int) { self.block = block % ForwardCounters.blocks }

    /// Adds `amount` to a counter.
    func add(_ amount: Int, to count: ForwardCount) {
        numbers.add(amount, to: block * ForwardCounters.blockSize + count.rawValue)
    }

    /// The sum over all processes.
    subscript(count: ForwardCount) -> Int {
        (0..<ForwardCounters.blocks).reduce(0) { $0 + numbers[$1 * ForwardCounters.blockSize + count.rawValue] }
    }

    /// The counters as a line of text.
    var line: ByteString {
        let (accepted, active, refused) = (self[.accepted], self[.active], self[.refused])
        let clients = "\(accepted) connections, \(active) open, \(refused) without an answer" as ByteString
        return "\(clients); \(self[.sent]) bytes to the server, \(self[.received]) bytes back"
    }
}
