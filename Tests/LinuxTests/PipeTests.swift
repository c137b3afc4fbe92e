// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// Pipes that other processes use as well.
@Suite struct PipeTests {
    @Test("A read does not wait if another process has taken the data") func emptyPipe() throws {
        let pipe = try LowportLinux.Pipe()
        let buffer = Buffer(capacity: 16)
        // A kernel that cannot do it says so, before Linux 6.4 for pipes.
        let errors: [Errno] = [.wouldBlock, .notSupported]
        do throws(Errno) {
            _ = try pipe.output.readNow(into: buffer)
            Issue.record("there is something")
        } catch {
            #expect(errors.contains(error))
        }
        try pipe.input.write("text")
        if (try? pipe.output.readNow(into: buffer)) != nil { #expect(buffer.bytes == Array("text".utf8)) }
    }

    @Test("A pipe becomes larger, and never smaller") func capacity() throws {
        let pipe = try LowportLinux.Pipe()
        try pipe.input.enlargePipe(to: 1 << 18)
        #expect(try pipe.input.pipeSize() == 1 << 18)
        try pipe.output.enlargePipe(to: 1 << 17)
        #expect(try pipe.input.pipeSize() == 1 << 18)
    }
}
