// SPDX-License-Identifier: Apache-2.0
import LowportLinux
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
        // The number tells nothing: another test may be given it at once. That the pipe has no writer any more does.
        let (output, input) = try Pipe().release()
        let reader = FileDescriptor(owning: output)
        do {
            let writer = FileDescriptor(owning: input)
            #expect(try writer.status().kind == .fifo)
            #expect(throws: Errno.wouldBlock) { try reader.reference.read(upTo: 1) }
        }
        #expect(try reader.wait(for: .readable, until: .now + .seconds(60)))
        #expect(try reader.reference.read(upTo: 1).isEmpty)
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
