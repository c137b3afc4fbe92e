// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// What each function does when its system call fails.
@Suite struct WrapperTests {
    private static func named(_ name: String) -> [Wrapper] {
        Wrapper.ofPrograms.contains(name) && !Wrapper.canLoadPrograms ? [] : Wrapper.all.filter { $0.name == name }
    }

    private static let names = Set(Wrapper.all.map(\.name)).sorted()

    @Test("The error of a system call is the error of its wrapper", arguments: names)
    func failure(name: String) {
        for wrapper in Self.named(name) {
            for error in [Errno.inputOutput, Errno(rawValue: 4000)] {
                let plan = FaultPlan(failing: wrapper.call, with: error)
                // An answer that is made of every error is the same for all.
                let expected = Self.answers.contains(name) ? .inputOutput : error
                #expect(throws: expected) { try FaultPlan.$current.withValue(plan) { try wrapper.body() } }
            }
        }
    }

    @Test("A call that a signal interrupts is made again, unless its caller has to see that", arguments: names)
    func interruption(name: String) {
        for wrapper in Self.named(name) {
            let plan = FaultPlan(failing: wrapper.call, withEach: [.interrupted, .interrupted, .inputOutput])
            let expected: Errno = wrapper.isRetried ? .inputOutput : .interrupted
            #expect(throws: expected) { try FaultPlan.$current.withValue(plan) { try wrapper.body() } }
        }
    }

    @Test("No wrapper is left out")
    func completeness() throws {
        let tried = Set(Wrapper.all.map(\.name))
        let untried = Set(Wrapper.untried.keys)
        #expect(tried.isDisjoint(with: untried))
        let all = try SourceScan.wrappers()
        #expect(all.count > 100)
        #expect(all.subtracting(tried.union(untried)).sorted() == [])
        #expect(tried.union(untried).subtracting(all).sorted() == [])
    }

    private static let answers: Set<String> = [
        "DirectoryEntries.canReadAttributes.getAttribute", "NotificationListener.isGenuine.notification",
        "NotificationListener.isWaiting.notification", "PassedDescriptors.uniqueNumber.openProcess",
    ]

    /// Calls `body` while `call` fails with `error`.
    private func failing<Result>(_ call: SystemCall, _ error: Errno, _ body: () throws -> Result) rethrows -> Result {
        try FaultPlan.$current.withValue(FaultPlan(failing: call, with: error)) { try body() }
    }

    @Test("An error that says no more than no is no error")
    func errorsThatAreAnswers() throws {
        let nowhere = Wrapper.nowhere
        #expect(try failing(.flock, .wouldBlock) { try nowhere.tryToLockExclusively() } == false)
        #expect(try failing(.fcntl, .wouldBlock) { try nowhere.hasWriter() })
        #expect(try failing(.open, .noSuchFile) { try PortThreshold.shown } == nil)
        #expect(try failing(.open, .noSuchFile) { try PortThreshold.current } == PortThreshold.standard)
        #expect(throws: Errno.permissionDenied) { try failing(.open, .permissionDenied) { try PortThreshold.current } }
        #expect(throws: Errno.permissionDenied) { try failing(.open, .permissionDenied) { try PortThreshold.maximum } }
        #expect(failing(.open, .permissionDenied) { PortThreshold.currentOrStandard } == PortThreshold.standard)
        #expect(failing(.open, .noSuchFile) { Yama.scope } == nil)
        for error in [Errno.noSystemCall, .notPermitted] {
            #expect(!failing(.getAttribute, error) { DirectoryEntries.canReadAttributes })
        }
        #expect(try !failing(.namespace, .notPermitted) { try Namespaces.capabilitiesCount(inNetworkOf: "self") })
        #expect(failing(.open, .permissionDenied) { Namespaces.knows(UserID(rawValue: 7)) })
        #expect(failing(.notification, .noSuchFile) { NotificationListener(FileDescriptor(owning: -1)).isGenuine })
    }

    @Test("A map has nothing where the kernel finds nothing")
    func emptyMaps() throws {
        func map() -> BpfMap { BpfMap(FileDescriptor(owning: -1), valueSize: 4) }
        #expect(try failing(.bpf, .noSuchFile) { try map().value(at: [0]) } == nil)
        #expect(try failing(.bpf, .noSuchFile) { try map().keys(size: 1) } == [])
        try failing(.bpf, .noSuchFile) { try map().remove([0]) }
        #expect(throws: Errno.noSuchFile) { try failing(.bpf, .noSuchFile) { try map().set([0], [0]) } }
        #expect(try failing(.bpf, .noSuchFile) { try BpfObjects.links() } == [])
    }

    @Test("A restriction is left out where the kernel has none, and nowhere else")
    func missingRestrictions() throws {
        // The plan keeps the filter and the rules from this process.
        try failing(.filter, .noSystemCall) { try Confinement.allow(only: .ofOneBind) }
        try failing(.filter, .invalidArgument) { try Confinement.allow(only: .ofOneBind) }
        for error in [Errno.notPermitted, .permissionDenied, .busy, .noSpace] {
            #expect(throws: error) { try failing(.filter, error) { try Confinement.allow(only: .ofOneBind) } }
        }
        let port = Port(rawValue: 80)
        // EPERM is what filters of older containers say of a call that they do not know.
        for error in [Errno.noSystemCall, .notSupported, .notPermitted] {
            try failing(.landlock, error) { try Confinement.forbidWriting(bindingOnly: port) }
        }
        for error in [Errno.permissionDenied, .busy, .noSpace] {
            #expect(throws: error) {
                try failing(.landlock, error) { try Confinement.forbidWriting(bindingOnly: port) }
            }
        }
    }
}
