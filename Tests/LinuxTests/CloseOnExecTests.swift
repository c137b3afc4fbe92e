// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux
import Testing

/// No descriptor goes to a program that is started, unless it is handed over.
@Suite struct CloseOnExecTests {
    /// A function that gives a new descriptor.
    private struct Opener {
        /// `File.function`, as `SourceScan.openers` has it.
        let name: String
        /// Opens, and calls the check with each descriptor while it is open.
        let body: ((Int32) -> Void) throws -> Void

        init(_ name: String, _ body: @escaping ((Int32) -> Void) throws -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Those that are not tried here, each with the reason.
    private static let untried: [String: String] = [
        "Namespaces.capabilitiesCount": "gives none away",
        "PassedDescriptors.take": "takes what the starter of the process has passed on",
        "PassedDescriptors.uniqueNumber": "gives none away",
        "LimitedOutput.limitedOutput": "gives none away",
        "SelfRestriction.forbidWriting": "gives none away, and restricts the process for good",
        "BpfLink.init": "attaches a program to a control group of the machine",
        "BpfObjects.existing": "takes a link that is there; bpf(2) makes all descriptors alike",
        "BpfPins.open": "takes a pin in a file system of the machine; bpf(2) makes all descriptors alike",
        "HeldSignals.listen": "gives none away, and changes what the process does about signals",
        "Fork.keepOnly": "closes the descriptors of the process",
        "Fork.handOver": "is for the next program, which is to have them",
    ]

    private static var all: [Opener] { files + sockets + processes + (Wrapper.canLoadPrograms ? bpf : []) }

    private static var files: [Opener] {
        [
            Opener("OpenFile.open") { check in
                for options in [.readOnly, .pathOnly, [.readOnly, .nonBlocking], .writeOnly] as [OpenOptions] {
                    let file = try FileDescriptor.open("/dev/null", options)
                    check(file.rawValue)
                }
                let root = try FileDescriptor.open("/dev", [.pathOnly, .directory])
                let file = try FileDescriptor.open("null", .readOnly, in: root)
                check(file.rawValue)
                check(root.rawValue)
            },
            Opener("OpenFile.openWithoutLinks") { check in
                let root = try FileDescriptor.open("/", [.pathOnly, .directory])
                let file = try FileDescriptor.openWithoutLinks("proc", .readOnly, in: root)
                check(file.rawValue)
            },
            Opener("OpenedPath.duplicated") { check in
                let copy = try InheritedDescriptor.standardError.duplicated()
                check(copy.rawValue)
            },
            Opener("Descriptor.aboveStandardOnes") { check in
                // What has such a number is not closed for a test; the copy of another comes from the same call.
                let file = try FileDescriptor.open("/dev/null", .readOnly).aboveStandardOnes()
                check(file.rawValue)
            },
            Opener("Move.init") { check in
                let pipe = try Pipe()
                check(pipe.input.rawValue)
                check(pipe.output.rawValue)
            },
            Opener("EventQueue.init") { check in
                let queue = try EventQueue()
                check(queue.rawValue)
            },
            Opener("ResolvedPath.open") { check in
                let resolved = try ResolvedPath("/dev/null")
                let file = try resolved.open(.readOnly)
                check(resolved.file.rawValue)
                check(file.rawValue)
            },
        ]
    }

    private static var sockets: [Opener] {
        [
            Opener("Socket.socket") { check in
                for family in [InternetFamily.v4, .v6] {
                    for transport in TransportProtocol.words {
                        let socket = try FileDescriptor.socket(family, transport)
                        check(socket.rawValue)
                    }
                }
            },
            Opener("StreamSockets.nonBlockingStream") { check in
                let socket = try FileDescriptor.nonBlockingStream(.v6)
                check(socket.rawValue)
            },
            Opener("UnixAddress.unixSocket") { check in
                for datagrams in [true, false] {
                    let socket = try FileDescriptor.unixSocket(datagrams: datagrams)
                    check(socket.rawValue)
                }
            },
            Opener("UnixAddress.socketPair") { check in
                let (one, other) = try FileDescriptor.socketPair()
                let mine = FileDescriptor(owning: one)
                let theirs = FileDescriptor(owning: other)
                check(mine.rawValue)
                check(theirs.rawValue)
            },
            Opener("MessageChannel.messageChannel") { check in
                var peer: FileDescriptor?
                let channel = try FileDescriptor.messageChannel(peer: &peer)
                check(channel.rawValue)
                guard let theirs = peer.take() else { throw Errno.badFileDescriptor }
                check(theirs.rawValue)
            },
            Opener("MessageChannel.receive") { check in
                var peer: FileDescriptor?
                let channel = try FileDescriptor.messageChannel(peer: &peer)
                guard let theirs = peer.take() else { throw Errno.badFileDescriptor }
                try channel.send([1], with: .standardError)
                guard let message = try theirs.receive(limit: 1), let carried = message.carried else {
                    throw Errno.badFileDescriptor
                }
                check(carried.rawValue)
            },
            Opener("Listen.accept") { check in
                let name = try UnixAddress("@lowport-accept-\(CurrentProcess.identifier)")
                let listener = try FileDescriptor.unixSocket(datagrams: false)
                try listener.bind(to: name)
                try listener.listen()
                let client = try FileDescriptor.unixSocket(datagrams: false)
                try client.connect(to: name)
                var sender: SocketAddress?
                let connection = try listener.accept(from: &sender)
                check(connection.rawValue)
            },
            // A kernel may lack it.
            Opener("VsockAddress.vsock") { check in
                do throws(Errno) {
                    let socket = try FileDescriptor.vsock()
                    check(socket.rawValue)
                } catch { if error != .addressFamilyNotSupported { throw error } }
            },
        ]
    }

    private static var processes: [Opener] {
        [
            Opener("CapturedOutput.init") { check in
                let program = try CapturedProgram(at: "/bin/true", arguments: ["true"])
                check(program.output.rawValue)
                _ = try program.wait()
            },
            Opener("Children.init") { check in
                let signals = try SignalDescriptor([.user1])
                check(signals.rawValue)
            },
            Opener("HeldThread.open") { check in
                // It has the thread, its directory and its status; other tests may open something meanwhile.
                let before = try descriptors()
                let held = try HeldThread(CurrentProcess.identifier)
                let new = try descriptors().subtracting(before).filter {
                    (try? readLink("/proc/self/fd/\($0)")) != "/dev/null"
                }
                if new.count < 3 { throw Errno.badFileDescriptor }
                for number in new { check(number) }
                _ = try held.credentials()
            },
            Opener("HeldThread.descriptor") { check in
                let copy = try HeldThread(CurrentProcess.identifier).descriptor(2)
                check(copy.rawValue)
            },
            Opener("NotificationRecord.init") { check in
                let record = try NotificationRecord()
                check(record.descriptor.rawValue)
            },
            Opener("SystemCallFilter.install") { check in
                // On a thread of its own, which alone has the filter, and ends.
                let found = Guarded<Int32?>(nil)
                do {
                    var threads = ThreadGroup()
                    try threads.start {
                        do throws(Errno) {
                            let listener = try NotificationListener.install([.allow]).release().release()
                            found.withLock { $0 = listener }
                        } catch { found.withLock { $0 = -1 } }
                    }
                }
                let listener = FileDescriptor(owning: found.wait { $0 })
                check(listener.rawValue)
            },
        ]
    }

    private static var bpf: [Opener] {
        [
            Opener("BpfMap.init") { check in
                let map = try BpfMap(.array, name: "lowport_test", keySize: 4, valueSize: 4, capacity: 1)
                check(map.descriptor.rawValue)
            },
            Opener("BpfProgram.load") { check in try Wrapper.withProgram { check($0.descriptor.rawValue) } },
            Opener("BpfProgram.loaded") { check in
                try Wrapper.withProgram {
                    let other = try BpfProgram.loaded($0.identifier())
                    check(other.descriptor.rawValue)
                }
            },
        ]
    }

    /// The numbers of all open descriptors, but of the one that they are found by.
    private static func descriptors() throws -> Set<Int32> {
        let directory = try FileDescriptor.open("/proc/self/fd", [.readOnly, .directory])
        let numbers = try directory.names().compactMap { Digits.number($0).map { Int32($0) } }
        return Set(numbers).subtracting([directory.rawValue])
    }

    @Test("Each function that opens something opens it close-on-exec", arguments: all.map(\.name))
    func closeOnExec(name: String) throws {
        for opener in Self.all where opener.name == name {
            var count = 0
            try opener.body { descriptor in
                count += 1
                // -1 is that of another test, which is closed again; it has all bits.
                #expect(descriptor >= 0 && fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "\(name): \(descriptor)")
            }
            #expect(count > 0 || name == "VsockAddress.vsock", "\(name)")
        }
    }

    @Test("No function that opens something is left out")
    func completeness() throws {
        let tried = Set((Self.files + Self.sockets + Self.processes + Self.bpf).map(\.name))
        let all = try SourceScan.openers()
        #expect(all.subtracting(tried).subtracting(Self.untried.keys).sorted() == [])
        #expect(Set(Self.untried.keys).subtracting(all).sorted() == [])
    }
}
