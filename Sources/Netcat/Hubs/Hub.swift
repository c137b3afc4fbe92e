// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Passes what each client sends to all others (`--broker`) or to standard output (ncat's `-k`), and standard input to
/// all of them.
///
/// While one client does not take what is there for it, nothing more is read from anybody: memory stays bounded, and
/// nobody misses anything.
final class Hub {
    private let options: Options
    private let console: Console
    private let access: AccessList
    private let chats: Bool
    /// Whether what clients send goes to standard output, and not to the others.
    private let gathers: Bool
    private let buffer = Buffer(capacity: 64 << 10)
    private var members: [Member] = []
    private var nextNumber = 1
    private var readsInput: Bool
    private var isOutputGone = false

    /// Creates a hub without clients.
    init(_ options: Options, _ console: Console, _ access: AccessList) {
        self.options = options
        self.console = console
        self.access = access
        chats = options.role == .chat
        gathers = options.role == .gather
        readsInput = !options.ending.ignoresInput
    }

    /// Serves until a signal ends the process.
    func run(_ listener: borrowing Listener) throws(Failure) {
        // Those that decipher for a member end with it.
        if options.tls.isWanted { CurrentProcess.forgetChildren() }
        do throws(Errno) {
            try listener.socket.setNonBlocking(true)
            while !isOver { try turn(listener) }
        } catch {
            throw Failure("broker: \(error.message)")
        }
    }

    /// Whether standard input has ended and was all that mattered.
    private var isOver: Bool {
        if isOutputGone { return true }
        return options.ending.sendsOnly && !readsInput && !members.contains { $0.isBehind }
    }

    private func turn(_ listener: borrowing Listener) throws(Errno) {
        let isBlocked = members.contains { $0.isBehind }
        var entries = [
            PollEntry(listener.socket.reference, .readable),
            PollEntry(readsInput && !isBlocked ? .standardInput : nil, .readable),
        ]
        for member in members {
            entries.append(PollEntry(isBlocked || member.isLeaving ? nil : member.descriptor, .readable))
            entries.append(PollEntry(member.isBehind ? member.descriptor : nil, .writable))
        }
        do throws(Errno) {
            _ = try poll(&entries, timeout: nil)
        } catch {
            if error != .interrupted { throw error }
        }
        let present = members
        for (index, member) in present.enumerated() {
            if entries[3 + 2 * index].isWritable { member.flush() }
            if entries[2 + 2 * index].isReadable { hear(member) }
        }
        if entries[1].isReadable { hearInput() }
        // Whoever left makes room for whoever came meanwhile.
        removeGone()
        if entries[0].isReadable { try accept(listener) }
        removeGone()
    }

    private func hear(_ member: Member) {
        do throws(Errno) {
            guard try member.descriptor.receive(into: buffer) > 0 else {
                // What is there for it may still arrive.
                member.leave()
                return
            }
            if gathers {
                write()
            } else if !options.ending.sendsOnly && !options.ending.receivesOnly {
                tellOthers(buffer.bytes, from: member)
            }
            buffer.remove(buffer.count)
        } catch {
            member.isGone = error != .wouldBlock
        }
    }

    private func write() {
        if options.ending.sendsOnly { return }
        do throws(Errno) {
            try InheritedDescriptor.standardOutput.write(ByteString(buffer.bytes))
        } catch {
            isOutputGone = true
        }
    }

    private func hearInput() {
        let count = (try? InheritedDescriptor.standardInput.read(into: buffer)) ?? 0
        if count == 0 {
            readsInput = false
            if gathers && options.ending.closesAfterInput {
                for member in members { member.endSending() }
            }
        }
        tellOthers(buffer.bytes, from: nil)
        buffer.remove(buffer.count)
    }

    private func tellOthers(_ bytes: [UInt8], from speaker: Member?) {
        if bytes.isEmpty { return }
        var text = bytes
        if chats { text = ChatText.lines(bytes, by: "<user\(speaker?.number ?? 0)> ").bytes }
        for member in members where member !== speaker { member.tell(text) }
    }

    private func accept(_ listener: borrowing Listener) throws(Errno) {
        let connection: Connection
        do throws(Errno) {
            connection = try listener.accept()
        } catch {
            if error == .wouldBlock || error == .connectionAborted { return }
            throw error
        }
        guard access.allows(connection.peer, console) else { return }
        guard members.count < options.mostConnections else {
            console.note("Connection refused: there are \(members.count) already")
            return
        }
        if console.isVerbose { console.say("Connection received on \(connection.peer.description(console))") }
        let host = connection.peer.parts.address
        let member = try Member(connection, number: nextNumber, options, console)
        nextNumber += 1
        members.append(member)
        if gathers && !readsInput && options.ending.closesAfterInput { member.endSending() }
        if chats {
            let text = "<announce> \(host.escaped) is connected as <user\(member.number)>.\n" as ByteString
            for member in members { member.tell(text.bytes) }
        }
    }

    private func removeGone() {
        let gone = members.filter { $0.isGone }
        if gone.isEmpty { return }
        members.removeAll { $0.isGone }
        if !chats { return }
        for left in gone {
            let text = "<announce> <user\(left.number)> is disconnected.\n" as ByteString
            for member in members { member.tell(text.bytes) }
        }
    }
}
