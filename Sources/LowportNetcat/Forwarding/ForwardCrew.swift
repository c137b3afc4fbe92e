// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The processes of a forwarder that accept clients, and those that were replaced and have clients still.
final class ForwardCrew {
    /// What a process knows of its place in the crew.
    struct Post: ~Copyable {
        /// The channel to the starter.
        let channel: FileDescriptor
        /// The processes with which it serves.
        let generation: Int
        /// Its own number.
        let number: Int
    }

    private final class Member {
        let process: Child
        let channel: FileDescriptor
        let generation: Int

        init(_ process: Child, _ channel: consuming FileDescriptor, _ generation: Int) {
            self.process = process
            self.channel = channel
            self.generation = generation
        }
    }

    /// What all of them share.
    let places: Places
    private var members: [Member] = []
    private var started = 0
    /// How often the processes are to become ready, of `Places.ready`.
    private var awaited = 0

    /// Creates a crew without processes.
    init(_ places: Places) { self.places = places }

    /// Whether all have ended.
    var isEmpty: Bool { members.isEmpty }

    /// Starts the processes of the next generation, which wait for `begin`. If one cannot be started, there are none of them.
    /// - Parameter work: what they do.
    func start(_ events: borrowing EventQueue, _ work: (consuming Post) -> Never) throws(Errno) {
        let next = places.generation + 1
        do throws(Errno) {
            for _ in 0..<places.processes {
                var theirs: FileDescriptor?
                let channel = try FileDescriptor.messageChannel(peer: &theirs)
                guard let child = try CurrentProcess.fork() else {
                    // Whoever has the channels of the others would keep these from noticing the end of this process.
                    members = []
                    try? channel.close()
                    guard let theirs = theirs.take() else { CurrentProcess.exit(1) }
                    work(Post(channel: theirs, generation: next, number: started))
                }
                started += 1
                members.append(Member(child, channel, next))
            }
            for member in members where member.generation == next {
                try member.channel.setNonBlocking(true)
                try events.add(member.channel, .readable, token: EventToken.channel.rawValue, onChange: true)
            }
        } catch {
            // They end when they notice that the channel is closed.
            members.removeAll { $0.generation == next }
            throw error
        }
    }

    /// Lets the processes that were started last accept clients, and no others.
    func begin() {
        awaited += places.processes * (places.generation > 0 ? 2 : 1)
        proceed(to: places.generation + 1)
    }

    /// Whether they have begun, and those before accept no more clients: what is closed is closed in all of them.
    var hasBegun: Bool { places.ready >= awaited }

    /// Lets no process accept clients; they end with their last one.
    func beginEnd() { proceed(to: .max) }

    private func proceed(to generation: Int) {
        places.begin(generation: generation)
        callAll()
    }

    /// Passes on that clients may be waiting.
    func handleCalls() {
        for member in members {
            do throws(Errno) {
                while try member.channel.receive(limit: 1) != nil {}
            } catch {
                continue
            }
        }
        callAll()
    }

    private func callAll() {
        // If there is no room for a message, those that are there say the same.
        for member in members { try? member.channel.send([0]) }
    }

    /// Forgets the processes that have ended.
    /// - Returns: how one has ended that was to serve, or before its last client left; nil if there is none.
    func reap() -> ProcessChange? {
        while let (child, change) = try? CurrentProcess.nextChildChange() {
            switch change {
            case .stopped, .continued: continue
            case .exited, .killed: break
            }
            // Those that could not begin are not among the members.
            guard let index = members.firstIndex(where: { $0.process.identifier == child }) else { continue }
            let member = members.remove(at: index)
            if change != .exited(status: 0) || member.generation >= places.generation { return change }
        }
        return nil
    }
}
