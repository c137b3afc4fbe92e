// SPDX-License-Identifier: Apache-2.0

/// The remaining tasks of the threads of a walk, and the findings that are not yet reported, in the order of the walk.
///
/// A list of places: the findings of a directory up to its first subdirectory are at the directory's place, then comes
/// the place of the subdirectory, then that of the findings after it, and so on. The first place is reported once it
/// has been read; an idle thread reads the task that was found last, so that the list stays about as long as the tree
/// is deep.
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
    /// The places with tasks that no thread has taken, the last found on top.
    private var open: [Place] = []
    private var untold = 0
    /// The number of directory entries that have been examined.
    private(set) var entryCount = 0
    /// Whether the threads must end.
    var isClosed = false

    /// The number of unreported findings at which the threads stop looking for more.
    private static var untoldLimit: Int { 16384 }

    /// Begins a walk. The previous walk must have been reported to its end.
    mutating func begin(_ task: WalkTask) {
        let place = insert(.task(task), after: nil)
        open.append(place)
    }

    /// What the reporting thread can do next.
    enum Turn: Sendable {
        case report([WalkFinding])
        case read(WalkTask, at: Place)
        case finished
    }

    /// Takes the next turn of the reporting thread; nil while it can only wait.
    /// - Parameter mayRead: whether that thread reads directories itself.
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

    /// Takes the next turn of a thread that only reads; nil while there is none.
    mutating func nextHelp() -> Turn? {
        if isClosed { return .finished }
        return takeTask().map { .read($0, at: $1) }
    }

    /// Takes the task that was found last; if too many findings are unreported, only the task that they all wait for.
    mutating func takeTask() -> (WalkTask, Place)? {
        if untold >= Self.untoldLimit { return first.flatMap { take($0) } }
        return open.last.flatMap { take($0) }
    }

    private mutating func take(_ place: Place) -> (WalkTask, Place)? {
        guard case .task(let task) = nodes[place].content else { return nil }
        // The first place is at or near the top, because later places are found earlier.
        if let index = open.lastIndex(of: place) { open.remove(at: index) }
        nodes[place].content = .running
        return (task, place)
    }

    /// Records that `count` findings have been reported.
    mutating func told(_ count: Int) { untold -= count }

    /// Puts the result of a task in its place.
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

    /// Puts findings at the task's own place, or if that is taken, after `last`; returns the place after which the next
    /// item goes.
    private mutating func put(_ findings: [WalkFinding], at last: Place, own: Place) -> Place {
        untold += findings.count
        if last == own {
            nodes[own].content = .findings(findings)
            return own
        }
        return findings.isEmpty ? last : insert(.findings(findings), after: last)
    }

    /// Makes a place after `previous`; without one, at the beginning.
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
