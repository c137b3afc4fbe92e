// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A descriptor with block-buffered output, like standard output in the C library.
///
/// Programs whose output must interleave with standard error as in a C program need the same blocks: lines on a
/// terminal, 4096 bytes elsewhere.
package struct BufferedOutput: ~Copyable {
    private let descriptor: InheritedDescriptor
    private let writesLines: Bool
    private var buffer: [UInt8] = []
    private static var blockSize: Int { 4096 }

    /// The first error of a write. The data of that write is lost.
    package private(set) var failure: Errno?

    /// Creates an empty buffer in front of `descriptor`.
    package init(_ descriptor: InheritedDescriptor) {
        self.descriptor = descriptor
        writesLines = isatty(descriptor.rawValue) == 1
        buffer.reserveCapacity(Self.blockSize)
    }

    /// Writes `text`, now or later.
    package mutating func write(_ text: ByteString) {
        var rest = text.bytes[...]
        while buffer.count + rest.count > Self.blockSize {
            let room = Self.blockSize - buffer.count
            buffer += rest.prefix(room)
            rest = rest.dropFirst(room)
            flush()
        }
        buffer += rest
        if writesLines && text.bytes.last == UInt8(ascii: "\n") { flush() }
    }

    /// Writes `message`, now or later: escaped if the descriptor is a terminal.
    package mutating func show(_ message: Message) { write(writesLines ? message.shown : message.original) }

    /// Writes the buffered bytes.
    package mutating func flush() {
        do {
            try descriptor.write(ByteString(buffer))
        } catch {
            failure = failure ?? error
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
