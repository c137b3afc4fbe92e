// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The places for connections, of which the processes of a forwarder have a limited number together.
final class Places {
    /// How many processes accept connections at a time.
    let processes: Int
    private let maximum: Int
    private let numbers: SharedNumbers

    // In different lines of a processor's cache, since one changes all the time.
    private static var taken: Int { 0 }
    private static var generation: Int { 8 }
    private static var ready: Int { 9 }
    private static var wanted: Int { 10 }

    /// Creates `maximum` places, for this process and those that it forks.
    init(maximum: Int, processes: Int = 1) throws(Errno) {
        self.maximum = maximum
        self.processes = processes
        numbers = try SharedNumbers(count: 16)
    }

    /// How many are taken.
    var taken: Int { numbers[Places.taken] }

    /// Whether one is free, which may change at any time.
    var hasFree: Bool { taken < maximum }

    /// Takes a place.
    /// - Returns: whether there was one.
    ///
    /// If there was none, the next `leave` of any process tells that one is wanted.
    func take() -> Bool {
        repeat {
            if numbers.add(1, to: Places.taken) <= maximum { return true }
            numbers.add(-1, to: Places.taken)
            _ = numbers.replace(0, with: 1, at: Places.wanted)
            // Whoever has left before that could not know it.
        } while hasFree
        return false
    }

    /// Gives a place back.
    /// - Returns: whether somebody has found none since the last time.
    func leave() -> Bool {
        numbers.add(-1, to: Places.taken)
        return numbers.replace(1, with: 0, at: Places.wanted)
    }

    /// The number of the processes that may accept clients: those that were started last.
    var generation: Int { numbers[Places.generation] }

    /// How often, so far, a process has become ready for the processes that were started last: it is one of them and has no
    /// sockets but its own, or it accepts no more clients.
    var ready: Int { numbers[Places.ready] }

    /// Counts this process as one that has become ready.
    func noteReady() { numbers.add(1, to: Places.ready) }

    /// Ends that all processes before `generation` accept clients.
    func begin(generation: Int) { numbers.add(generation - self.generation, to: Places.generation) }
}
