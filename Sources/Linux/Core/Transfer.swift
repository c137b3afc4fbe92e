// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// Reads at most `limit` bytes from the current position; none at the end of the file.
    ///
    /// The corresponding system call is read(2).
    public func read(upTo limit: Int) throws(Errno) -> [UInt8] {
        let descriptor = rawValue
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = try valueOrErrno(.read) {
            unsafe buffer.withUnsafeMutableBytes { unsafe CLinux.read(descriptor, $0.baseAddress, $0.count) }
        }
        buffer.removeSubrange(count...)
        return buffer
    }

    /// Reads to the end of the file.
    /// - Parameters:
    ///   - limit: the most bytes that are accepted; a longer file throws EFBIG.
    ///   - expected: how many bytes there probably are, so that room is made once.
    public func readToEnd(limit: Int, expecting expected: Int = 0) throws(Errno) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(min(expected, limit))
        while true {
            let part = try read(upTo: 65536)
            if part.isEmpty { return content }
            content += part
            if content.count > limit { throw .fileTooLarge }
        }
    }

    /// Writes the first bytes of `bytes` and returns how many the kernel took.
    ///
    /// The corresponding system call is write(2).
    public func write(some bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
        let descriptor = rawValue
        return try valueOrErrno(.write) {
            unsafe bytes.withUnsafeBytes { unsafe CLinux.write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// Writes all of `text`, in as many calls as it takes.
    public func write(_ text: ByteString) throws(Errno) {
        var rest = text.bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try write(some: rest)) }
    }
}

extension Descriptor where Self: ~Copyable {
    /// Goes back to the beginning of the file.
    ///
    /// The corresponding system call is lseek(2).
    public func rewind() throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.seek) { lseek(descriptor, 0, SEEK_SET) }
    }
}
