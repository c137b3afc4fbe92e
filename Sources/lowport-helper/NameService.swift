// SPDX-License-Identifier: Apache-2.0
import Linux
import PortPolicy

/// A process without any privilege that looks for names as the machine is set up to (nsswitch.conf(5)).
///
/// The modules that do it are other people's code, which talks to other machines and reads what it likes. None of it runs
/// beside a capability, nor needs a hole in the filter of the process that has them.
final class NameService: NameResolver {
    private let capabilities: HeldCapabilities
    private var isStarted = false
    private var channel: FileDescriptor?

    /// Will look for names without `capabilities`.
    init(without capabilities: HeldCapabilities) { self.capabilities = capabilities }

    /// Starts the process, if it is not running yet: what comes afterwards may not start any.
    func start() throws(Errno) {
        if isStarted { return }
        isStarted = true
        var theirs: FileDescriptor?
        let ours = try FileDescriptor.messageChannel(peer: &theirs)
        guard let end = theirs.take() else { throw .badFileDescriptor }
        if try CurrentProcess.fork() == nil {
            try ours.close()
            CurrentProcess.exit(Self.serve(end, without: capabilities))
        }
        channel = consume ours
    }

    private var channelNumber: InheritedDescriptor? {
        switch channel {
        case .some(let channel): InheritedDescriptor(channel.rawValue)
        case .none: nil
        }
    }

    func user(named name: ByteString) -> UserID? {
        query(.user, name).map { UserID(rawValue: $0) }
    }

    func group(named name: ByteString) -> GroupID? {
        query(.group, name).map { GroupID(rawValue: $0) }
    }

    /// What is asked for: one byte, followed by the name. The answer is the number in network order, or nothing.
    private enum Question: UInt8 { case user = 1, group = 2 }

    private static var longestName: Int { 4096 }

    /// The number of `name`; nil if there is none. A process that was lost in the middle ends this one: another may get an
    /// answer, and a name of which nothing is known must not be taken for one that nobody has.
    private func query(_ question: Question, _ name: ByteString) -> UInt32? {
        guard !name.isEmpty, name.count < Self.longestName, !name.bytes.contains(0) else { return nil }
        do throws(Errno) {
            try start()
            guard let channel = channelNumber else { throw .brokenPipe }
            try channel.send([question.rawValue] + name.bytes)
            guard let answer = try channel.receive(limit: 5) else { throw .brokenPipe }
            switch answer.bytes.count {
            case 1: return nil
            case 5: return answer.bytes[1...].reduce(0) { $0 << 8 | UInt32($1) }
            default: throw .invalidArgument
            }
        } catch { CurrentProcess.exit(Errno.inputOutput.rawValue) }
    }

    /// The life of the process: answers until nobody is left to ask.
    private static func serve(_ channel: borrowing FileDescriptor, without capabilities: HeldCapabilities) -> Int32 {
        do throws(Errno) {
            try capabilities.giveUpAll()
            try CapabilityControls.gainNoNewPrivileges()
            Confinement.endWithParent()
            Confinement.limitLife(seconds: 0)
            CurrentProcess.name("lowport-names")
            while let message = try channel.receive(limit: longestName) {
                guard let kind = message.bytes.first.flatMap({ Question(rawValue: $0) }) else { return 1 }
                let name = ByteString(message.bytes[1...])
                let number: UInt32? =
                    switch kind {
                    case .user: Accounts.user(named: name)?.rawValue
                    case .group: Accounts.group(named: name)?.rawValue
                    }
                guard let number else {
                    try channel.send([0])
                    continue
                }
                try channel.send([1] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) })
            }
            return 0
        } catch { return 1 }
    }
}
