// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The datagrams of one client to one address of this machine, and those of the server to this client.
final class DatagramFlow {
    /// The client, and the address that it uses.
    let path: DatagramPath
    /// The socket that represents the client to the server, connected to the server.
    let socket: FileDescriptor
    /// When it was last used.
    var lastUse = Instant.now
    /// The first and the last element of a batch that belong to it, while they wait.
    var first = -1
    var last = -1

    fileprivate let hash: Int
    fileprivate var older = -1
    fileprivate var newer = -1

    fileprivate init(_ path: DatagramPath, _ hash: Int, _ socket: consuming FileDescriptor) {
        self.path = path
        self.hash = hash
        self.socket = socket
    }
}

/// The flows of a forwarder: found by their paths, and in the order of their last use.
struct DatagramFlows {
    /// The flows by their numbers; nil for a number that is free.
    private var flows: [DatagramFlow?] = []
    private var free: [Int] = []
    /// The numbers of flows, each as close behind the place of its hash as possible; -1 for a free place. At most half of
    /// the places, whose number is a power of two, are taken.
    private var places = [Int](repeating: -1, count: 64)
    private let seed = UInt64.random(in: 0...UInt64.max)
    private var newest = -1
    /// The number of the flow that was not used for longest; -1 if there is none.
    private(set) var oldest = -1
    /// How many there are.
    private(set) var count = 0

    /// The flow with a number; nil if there is none, or no longer.
    subscript(number: Int) -> DatagramFlow? { flows.indices.contains(number) ? flows[number] : nil }

    /// The number of the flow along `path`; nil if there is none.
    func number(along path: DatagramPath) -> Int? {
        var place = place(of: hash(path))
        while places[place] >= 0 {
            if let flow = flows[places[place]], flow.path == path { return places[place] }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Adds a flow along `path`, as the last one used.
    /// - Returns: its number.
    mutating func add(_ path: DatagramPath, _ socket: consuming FileDescriptor) -> Int {
        let flow = DatagramFlow(path, hash(path), socket)
        let number: Int
        if let unused = free.popLast() {
            number = unused
            flows[number] = flow
        } else {
            number = flows.count
            flows.append(flow)
        }
        count += 1
        if 2 * count > places.count {
            places = [Int](repeating: -1, count: 2 * places.count)
            for (other, flow) in flows.enumerated() {
                if let flow { enter(other, flow.hash) }
            }
        } else {
            enter(number, flow.hash)
        }
        append(number, flow)
        return number
    }

    /// Makes the flow with a number the last one used.
    mutating func use(_ number: Int, _ now: Instant) {
        guard let flow = self[number] else { return }
        flow.lastUse = now
        if newest == number { return }
        unlink(flow)
        append(number, flow)
    }

    /// Removes the flow with a number.
    mutating func remove(_ number: Int) {
        guard let flow = self[number] else { return }
        unlink(flow)
        flows[number] = nil
        free.append(number)
        count -= 1
        var hole = place(of: flow.hash)
        while places[hole] != number { hole = (hole + 1) & (places.count - 1) }
        // What stands behind moves up, so that no search ends too early.
        var next = (hole + 1) & (places.count - 1)
        while let other = self[places[next]] {
            let distance = (next - place(of: other.hash)) & (places.count - 1)
            if distance >= (next - hole) & (places.count - 1) {
                places[hole] = places[next]
                hole = next
            }
            next = (next + 1) & (places.count - 1)
        }
        places[hole] = -1
    }

    private func hash(_ path: DatagramPath) -> Int { Int(truncatingIfNeeded: path.hash(seed) >> 1) }

    private func place(of hash: Int) -> Int { hash & (places.count - 1) }

    private mutating func enter(_ number: Int, _ hash: Int) {
        var place = place(of: hash)
        while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
        places[place] = number
    }

    private mutating func append(_ number: Int, _ flow: DatagramFlow) {
        flow.older = newest
        flow.newer = -1
        if let last = self[newest] { last.newer = number } else { oldest = number }
        newest = number
    }

    private mutating func unlink(_ flow: DatagramFlow) {
        if let older = self[flow.older] { older.newer = flow.newer } else { oldest = flow.newer }
        if let newer = self[flow.newer] { newer.older = flow.older } else { newest = flow.older }
    }
}
