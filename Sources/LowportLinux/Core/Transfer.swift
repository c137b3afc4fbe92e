// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Reads at most `limit` bytes at the file offset; none at the end of the file.
    ///
    /// The corresponding system call is read(2).
    package func read(upTo limit: Int) throws(Errno) -> [UInt8] {
        let descriptor = rawValue
        return try unsafe Self.bytes(upTo: limit) { unsafe LowportCLinux.read(descriptor, $0, limit) }
    }

    /// Reads at most `limit` bytes at `offset`; keeps the file offset.
    ///
    /// The corresponding system call is pread(2).
    package func read(upTo limit: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        let descriptor = rawValue
        return try unsafe Self.bytes(upTo: limit) { unsafe pread(descriptor, $0, limit, off_t(offset)) }
    }

    /// Returns the bytes that `read` stores in new memory, which is not zeroed first: that would take longer.
    private static func bytes(
        upTo limit: Int,
        _ read: (UnsafeMutablePointer<UInt8>?) -> Int
    ) throws(Errno) -> [UInt8] {
        var failure: Errno?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(Errno) {
                count = try valueOrErrno(.read) { unsafe read(buffer.baseAddress) }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Reads to the end of the file.
    /// - Parameters:
    ///   - limit: the most bytes accepted; a longer file throws EFBIG.
    ///   - expected: the probable number of bytes, to allocate once.
    package func readToEnd(limit: Int, expecting expected: Int = 0) throws(Errno) -> [UInt8] {
        // One byte more than accepted or expected, to detect a longer file.
        let room = min(65536, limit + 1, expected > 0 ? expected + 1 : .max)
        var content = try read(upTo: room)
        if content.isEmpty { return content }
        content.reserveCapacity(min(expected, limit))
        while true {
            if content.count > limit { throw .fileTooLarge }
            let part = try read(upTo: room)
            if part.isEmpty { return content }
            content += part
        }
    }

    /// Writes the first bytes of `bytes` and returns how many the kernel took.
    ///
    /// The corresponding system call is write(2).
    package func write(some bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
        let descriptor = rawValue
        return try valueOrErrno(.write) {
            unsafe bytes.withUnsafeBytes { unsafe LowportCLinux.write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// Writes all of `text`, in as many calls as needed.
    package func write(_ text: ByteString) throws(Errno) {
        var rest = text.bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try write(some: rest)) }
    }
}

extension Descriptor where Self: ~Copyable {
    /// Sets the file offset to the start.
    ///
    /// The corresponding system call is lseek(2).
    package func rewind() throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.seek) { lseek(descriptor, 0, SEEK_SET) }
    }
}
