// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Standard input of a hub: whether there may be more, and how the hub learns that there is.
struct HubInput {
    /// Whether the end has not been read yet.
    private(set) var isOpen: Bool
    /// Whether it is a file, which is always ready.
    private(set) var isFile = false
    /// Until when nothing is read (`-d`, `-i`).
    private(set) var pausedUntil: Instant?
    private let token: UInt64
    private var isWatched = false

    /// Standard input, whose events carry `token`.
    /// - Parameter isOpen: false if it is not read at all.
    init(isOpen: Bool, token: UInt64) {
        self.isOpen = isOpen
        self.token = token
    }

    /// Has it in the queue of events only as long as it may be read: an event that nobody handles would come again at once.
    /// - Parameter mayRead: whether the hub would read now.
    mutating func watch(if mayRead: Bool, _ events: borrowing EventQueue) throws(Errno) {
        let wants = mayRead && !isFile
        if wants == isWatched { return }
        if !wants {
            try events.remove(InheritedDescriptor.standardInput)
        } else {
            do throws(Errno) {
                try events.add(InheritedDescriptor.standardInput, .readable, token: token, onChange: false)
            } catch {
                guard error == .notPermitted else { throw error }
                isFile = true
                return
            }
        }
        isWatched = wants
    }

    /// Whether nothing is read for now.
    var isPaused: Bool { pausedUntil.map { $0 > Instant.now } ?? false }

    /// Reads nothing for as long as `interval`.
    mutating func pause(for interval: Milliseconds) { pausedUntil = Instant.now + interval }

    /// Reads once, which waits if nothing is there; an error counts as the end.
    mutating func read(into buffer: Buffer) {
        let count = (try? InheritedDescriptor.standardInput.read(into: buffer)) ?? 0
        if count == 0 { isOpen = false }
    }
}
