// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportCapabilities

@Suite struct ProcessCapabilitiesTests {
    @Test("proc(5) and the system call agree") func procAndSystemCallAgree() throws {
        let current = try ProcessCapabilities.current()
        #expect(try current.state == .ofCurrentThread())
        #expect(current.bounding == .bounding)
        #expect(try ProcessCapabilities(ofProcess: CurrentProcess.identifier).bounding == current.bounding)
        #expect(try ProcessCapabilities(ofProcess: 1) == ProcessCapabilities(ofProcess: 1))
    }

    @Test("A process that is not there is an error") func missingProcess() {
        #expect(throws: Errno.noSuchProcess) { try ProcessCapabilities(ofProcess: 0x3FFF_FFFF) }
        #expect(throws: Errno.noSuchProcess) { try CapabilityState(ofProcess: 0x3FFF_FFFF) }
        #expect(throws: Errno.invalidArgument) { try ProcessCapabilities(ofProcess: -1) }
    }

    /// The tests run on several threads, so that nothing may be changed.
    @Test("A process with other threads is not changed") func refusesOtherThreads() throws {
        let state = try CapabilityState.ofCurrentThread()
        #expect { try state.apply() } throws: { error in
            if case .otherThreads(let count) = error as? ProcessCapabilitiesError { count > 0 } else { false }
        }
        #expect(throws: ProcessCapabilitiesError.self) { try CapabilityMode.noPrivileges.apply() }
        #expect(throws: ProcessCapabilitiesError.self) {
            try PrivilegeDrop(user: UserID(rawValue: 1), group: GroupID(rawValue: 1), keeping: []).perform()
        }
    }

    @Test("What is raised for a closure is put back") func raisingPutsBack() throws {
        let before = try CapabilityState.ofCurrentThread()
        var lowered = before
        lowered.effective = []
        try lowered.applyToCurrentThread()
        defer { try? before.applyToCurrentThread() }
        let inside = try CapabilityState.raising(before.permitted) { () throws(Errno) in
            try CapabilityState.ofCurrentThread()
        }
        #expect(inside.effective == before.permitted)
        #expect(try CapabilityState.ofCurrentThread() == lowered)
        #expect {
            try CapabilityState.raising(before.permitted) { () throws(Errno) in throw .outOfRange }
        } throws: { error in
            if case .body(.outOfRange) = error as? RaisingError<Errno> { true } else { false }
        }
        #expect(try CapabilityState.ofCurrentThread() == lowered)
    }

    @Test("A mode is what securebits and sets come to") func modes() {
        let nothing = CapabilityState()
        func mode(
            _ bits: SecureBits,
            _ state: CapabilityState,
            bounding: CapabilitySet = [],
            ambient: CapabilitySet = []
        ) -> CapabilityMode {
            CapabilityMode(
                bits: bits,
                capabilities: ProcessCapabilities(state: state, bounding: bounding, ambient: ambient)
            )
        }
        #expect(mode([], nothing) == .hybrid)
        #expect(mode([.noRoot], nothing) == .uncertain)
        #expect(mode(.pureCapabilities, nothing) == .noPrivileges)
        #expect(mode(.pureCapabilities, nothing, bounding: [.kill]) == .pureInitial)
        #expect(mode(.pureCapabilities, nothing, ambient: [.kill]) == .uncertain)
        #expect(mode(.pureCapabilities, CapabilityState(permitted: [.kill])) == .pureInitial)
        #expect(mode(.pureCapabilities, CapabilityState(inheritable: [.kill])) == .pure)
    }

    @Test("The external form is that of libcap") func externalForm() {
        let state = CapabilityState(
            effective: [.chown],
            permitted: [.netBindService],
            inheritable: CapabilitySet(rawValue: 1 << 63)
        )
        let form = state.externalForm
        #expect(form == [0x90, 0xC2, 0x01, 0x51, 8, 1, 0, 0, 0, 4, 0] + Array(repeating: 0, count: 17) + [0x80])
        #expect(CapabilityState(externalForm: form) == state)
        #expect(CapabilityState(externalForm: Array(form.dropLast())) == nil)
        #expect(
            CapabilityState(externalForm: [0x90, 0xC2, 0x01, 0x51, 1, 1, 0, 0]) == CapabilityState(effective: [.chown])
        )
        #expect(CapabilityState(externalForm: [0x90, 0xC2, 0x01, 0x52, 1, 1, 0, 0]) == nil)
    }
}
