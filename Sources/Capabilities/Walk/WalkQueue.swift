// SPDX-License-Identifier: Apache-2.0

/// What the threads of a walk have still to do, and what they found and nobody has told yet, in the order of the walk.
///
/// A list of places: the findings of a directory up to its first subdirectory stand at the directory's place, then comes
/// the place of the subdirectory, then that of the findings behind it, and so on. The first place is told when it has
/// been read; whoever has nothing to do reads the task that was found last, so that the list stays about as long as the
/// tree is deep.
struct WalkQueue {
    /// The index of a place.
    typealias Place = Int

    private enum Content {
        case task(WalkTask), running, findings([WalkFinding])
    }

    private struct Node {
        var content: Content
        var previous: Place?
        var next: Place?
    }

    private var nodes: [Node] = []
    private var freePlaces: [Place] = []
    private var first: Place?
    /// The places with tasks that nobody has taken, the last found on top.
    private var open: [Place] = []
    private var untold = 0
    /// How many entries of directories have been looked at.
    private(set) var entryCount = 0
    /// Whether the threads shall end.
    var isClosed = false

    /// How many findings may wait to be told before the threads stop looking for more.
    private static var untoldLimit: Int { 16384 }

    /// Begins a walk. The last one must have been told to its end.
    mutating func begin(_ task: WalkTask) {
        let place = insert(.task(task), after: nil)
        open.append(place)
    }

    /// What the thread that tells can do next.
    enum Turn: Sendable {
        case report([WalkFinding])
        case read(WalkTask, at: Place)
        case finished
    }

    /// Takes what is next for the thread that tells; nil while it can only wait.
    /// - Parameter mayRead: whether the thread reads directories itself.
    mutating func nextTurn(mayRead: Bool) -> Turn? {
        guard let first else { return .finished }
        switch nodes[first].content {
        case .findings(let findings):
            remove(first)
            return .report(findings)
        case .task:
            guard mayRead, let (task, place) = take(first) else { return nil }
            return .read(task, at: place)
        case .running:
            guard mayRead, let (task, place) = takeTask() else { return nil }
            return .read(task, at: place)
        }
    }

    /// Takes what is next for a thread that only reads; nil while there is nothing.
    mutating func nextHelp() -> Turn? {
        if isClosed { return .finished }
        return takeTask().map { .read($0, at: $1) }
    }

    /// Takes the task that was found last; where enough findings wait already, only what they all wait for.
    mutating func takeTask() -> (WalkTask, Place)? {
        if untold >= Self.untoldLimit { return first.flatMap { take($0) } }
        return open.last.flatMap { take($0) }
    }

    private mutating func take(_ place: Place) -> (WalkTask, Place)? {
        guard case .task(let task) = nodes[place].content else { return nil }
        // The first place is at or near the top, since later places are found earlier.
        if let index = open.lastIndex(of: place) { open.remove(at: index) }
        nodes[place].content = .running
        return (task, place)
    }

    /// Takes note that findings have been told.
    mutating func told(_ count: Int) { untold -= count }

    /// Puts what a task came to in its place.
    mutating func finish(_ place: Place, with result: WalkResult) {
        entryCount += result.entryCount
        var findings: [WalkFinding] = []
        var last = place
        var added: [Place] = []
        for item in result.items {
            switch item {
            case .finding(let finding): findings.append(finding)
            case .task(let task):
                last = put(findings, at: last, own: place)
                findings = []
                last = insert(.task(task), after: last)
                added.append(last)
            }
        }
        _ = put(findings, at: last, own: place)
        open += added.reversed()
        if case .findings(let own) = nodes[place].content, own.isEmpty { remove(place) }
    }

    /// Puts findings at the task's own place, or where that is taken behind `last`; returns the place behind which it
    /// goes on.
    private mutating func put(_ findings: [WalkFinding], at last: Place, own: Place) -> Place {
        untold += findings.count
        if last == own {
            nodes[own].content = .findings(findings)
            return own
        }
        return findings.isEmpty ? last : insert(.findings(findings), after: last)
    }

    /// Makes a place behind `previous`; without one, at the beginning.
    private mutating func insert(_ content: Content, after previous: Place?) -> Place {
        let next = previous.map { nodes[$0].next } ?? first
        let node = Node(content: content, previous: previous, next: next)
        let place: Place
        if let free = freePlaces.popLast() {
            place = free
            nodes[place] = node
        } else {
            place = nodes.count
            nodes.append(node)
        }
        if let previous { nodes[previous].next = place } else { first = place }
        if let next { nodes[next].previous = place }
        return place
    }

    private mutating func remove(_ place: Place) {
        let node = nodes[place]
        if let previous = node.previous { nodes[previous].next = node.next } else { first = node.next }
        if let next = node.next { nodes[next].previous = node.previous }
        nodes[place].content = .running
        freePlaces.append(place)
    }
}
