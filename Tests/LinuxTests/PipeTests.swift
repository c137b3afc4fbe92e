// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// Pipes that other processes use as well.
@Suite struct PipeTests {
    @Test("A read does not wait if another process has taken the data") func emptyPipe() throws {
        let pipe = try LowportLinux.Pipe()
        let buffer = Buffer(capacity: 16)
        let reader = pipe.output.reference
        func result() -> Errno? {
            do throws(Errno) {
                _ = try reader.readNow(into: buffer)
                return nil
            } catch {
                return error
            }
        }
        let first = result()
        // Not every kernel can do it for pipes; one that can does it always.
        if first == .notSupported { return }
        #expect(first == .wouldBlock)
        try pipe.input.write("text")
        #expect(result() == nil && buffer.bytes == Array("text".utf8))
    }

    @Test("A pipe becomes larger, and never smaller") func capacity() throws {
        let pipe = try LowportLinux.Pipe()
        try pipe.input.enlargePipe(to: 1 << 18)
        #expect(try pipe.input.pipeSize() == 1 << 18)
        try pipe.output.enlargePipe(to: 1 << 17)
        #expect(try pipe.input.pipeSize() == 1 << 18)
    }
}
