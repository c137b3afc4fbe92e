// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The flows of a forwarder, each with a number, and in one of a few queues. In each queue, those that have been there
/// longest come first, so that the next one that is due is known without a search.
final class FlowTable {
    /// The queues.
    enum Queue: Int, CaseIterable {
        case connecting, starved, active, dormant, resetting
    }

    private struct Place {
        var flow: Flow?
        var since = Instant.now
        var queue: Queue?
        var previous = -1
        var next = -1
    }

    private var places: [Place] = []
    private var free: [Int] = []
    private var ends: [(first: Int, last: Int)] = Queue.allCases.map { _ in (-1, -1) }

    /// How many flows there are.
    var count: Int { places.count - free.count }

    /// Reserves a number for a flow.
    func reserve() -> Int {
        if let index = free.popLast() { return index }
        places.append(Place())
        return places.count - 1
    }

    /// Gives `flow` the place that was reserved for it.
    func insert(_ flow: Flow) { places[flow.index].flow = flow }

    /// The flow with this number, if there is one.
    subscript(index: Int) -> Flow? { index < places.count ? places[index].flow : nil }

    /// Removes a flow, or what was reserved for it.
    func remove(_ index: Int) {
        unlink(index)
        places[index].flow = nil
        free.append(index)
    }

    /// The flow that has been in `queue` longest, and since when.
    func first(of queue: Queue) -> (flow: Flow, since: Instant)? {
        let index = ends[queue.rawValue].first
        guard index >= 0, let flow = places[index].flow else { return nil }
        return (flow, places[index].since)
    }

    /// Puts a flow at the end of `queue`.
    func put(_ index: Int, in queue: Queue, since: Instant) {
        unlink(index)
        let last = ends[queue.rawValue].last
        places[index].queue = queue
        places[index].since = since
        places[index].previous = last
        places[index].next = -1
        if last >= 0 { places[last].next = index } else { ends[queue.rawValue].first = index }
        ends[queue.rawValue].last = index
    }

    private func unlink(_ index: Int) {
        guard let queue = places[index].queue?.rawValue else { return }
        let (previous, next) = (places[index].previous, places[index].next)
        if previous >= 0 { places[previous].next = next } else { ends[queue].first = next }
        if next >= 0 { places[next].previous = previous } else { ends[queue].last = previous }
        places[index].queue = nil
    }
}

/// What an event concerns, as a number that goes through the kernel.
enum EventToken {
    case flow(Int, Flow.Side)
    case listener(Int)
    case signals
    case metrics
    case metricsReader(Int)
    /// The other end of the channel between the processes of a forwarder.
    case channel

    /// The number.
    var rawValue: UInt64 {
        switch self {
        case .flow(let index, let side): UInt64(index) << 2 | side.rawValue
        case .listener(let index): UInt64(index) << 2 | 2
        case .signals: 3
        case .metrics: 1 << 2 | 3
        case .channel: 2 << 2 | 3
        case .metricsReader(let index): UInt64(index + 3) << 2 | 3
        }
    }

    /// Reads the number.
    init(rawValue: UInt64) {
        let index = Int(rawValue >> 2)
        switch rawValue & 3 {
        case 0: self = .flow(index, .client)
        case 1: self = .flow(index, .server)
        case 2: self = .listener(index)
        default:
            switch index {
            case 0: self = .signals
            case 1: self = .metrics
            case 2: self = .channel
            default: self = .metricsReader(index - 3)
            }
        }
    }
}
