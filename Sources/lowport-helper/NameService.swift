// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy

/// A process without privileges that looks up names as configured on the machine (nsswitch.conf(5)).
///
/// The NSS modules are third-party code, which connects to other machines and reads arbitrary files. None of that code
/// runs with a capability, or requires an exception in the system call filter of the privileged process.
final class NameService: NameResolver {
    private let capabilities: HeldCapabilities
    private var isStarted = false
    private var channel: FileDescriptor?

    /// Creates a service that will look up names without `capabilities`.
    init(without capabilities: HeldCapabilities) { self.capabilities = capabilities }

    /// Starts the process, if it is not running yet: later, this process may not start any other.
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

    /// The kinds of query: one byte, followed by the name. The reply is a byte of 1 followed by the number in network
    /// order, or a byte of 0 alone.
    private enum Question: UInt8 { case user = 1, group = 2 }

    private static var longestName: Int { 4096 }

    /// Returns the number of `name`; nil if there is none. If the process is lost during a query, this process exits: a
    /// new helper may get an answer, and a name without an answer must not be treated as an unknown name.
    private func query(_ question: Question, _ name: ByteString) -> UInt32? {
        guard !name.isEmpty, name.count < Self.longestName, !name.bytes.contains(0) else { return nil }
        do throws(Errno) {
            try start()
            guard let channel = channelNumber else { throw .brokenPipe }
            try channel.send([question.rawValue] + name.bytes)
            guard let answer = try channel.receive(limit: 5) else { throw .brokenPipe }
            switch answer.bytes.count {
            case 1: return nil
            case 5: return UInt32(bigEndianBytes: answer.bytes[1...])
            default: throw .invalidArgument
            }
        } catch { CurrentProcess.exit(Errno.inputOutput.rawValue) }
    }

    /// Runs the process: answers until the other end of the channel is closed.
    private static func serve(_ channel: borrowing FileDescriptor, without capabilities: HeldCapabilities) -> Int32 {
        do throws(Errno) {
            // This process may outlive the helper, whose standard input is the socket: the port would stay taken meanwhile.
            try FileDescriptor(owning: 0).close()
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
