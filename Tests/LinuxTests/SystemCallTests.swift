// SPDX-License-Identifier: Apache-2.0
import Linux
import Testing

/// What happens when the kernel says no.
@Suite struct SystemCallTests {
    private func readZero() throws(Errno) -> [UInt8] {
        try FileDescriptor.open("/dev/zero", .readOnly).read(upTo: 4)
    }

    @Test("Forced errors are thrown") func forcedErrorsAreThrown() throws {
        for error in [Errno.inputOutput, .permissionDenied, Errno(rawValue: 4000)] {
            FaultPlan.$current.withValue(FaultPlan(failing: .read, with: error)) {
                #expect(throws: error) { try readZero() }
            }
        }
        #expect(try readZero() == [0, 0, 0, 0])
    }

    @Test("Interrupted calls are retried") func interruptedCallsAreRetried() throws {
        let read = try FaultPlan.$current.withValue(FaultPlan(failing: .read, with: .interrupted, times: 3)) {
            try readZero()
        }
        #expect(read == [0, 0, 0, 0])
    }

    @Test("Close is not retried") func closeIsNotRetried() throws {
        do {
            try FaultPlan.$current.withValue(FaultPlan(failing: .close, with: .interrupted, times: 1)) {
                try FileDescriptor.open("/dev/null", .readOnly).close()
            }
            Issue.record("a failed close was not reported")
        } catch { #expect(error as? Errno == .interrupted) }
    }

    @Test("A descriptor is closed with its value")
    func descriptorsAreClosed() throws {
        // A number that no other test is given meanwhile, and that no program would keep.
        let number: Int32 = 950
        try CurrentProcess.redirect(InheritedDescriptor(number), to: FileDescriptor.open("/dev/null", .readOnly))
        do {
            let descriptor = FileDescriptor(owning: number)
            try descriptor.setCloseOnExecute(true)
            #expect(try descriptor.status().kind == .characterDevice)
        }
        #expect(throws: Errno.badFileDescriptor) { try InheritedDescriptor(number).status() }
    }

    @Test("Released descriptors stay open") func releasedDescriptorsStayOpen() throws {
        let number = try FileDescriptor.open("/dev/null", .readOnly).release()
        #expect(try InheritedDescriptor(number).status().kind == .characterDevice)
        _ = FileDescriptor(owning: number)
    }

    @Test("Long files are refused") func longFilesAreRefused() throws {
        #expect(throws: Errno.fileTooLarge) {
            try FileDescriptor.open("/dev/zero", .readOnly).readToEnd(limit: 1_000_000)
        }
    }
}
