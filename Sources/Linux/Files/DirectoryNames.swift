// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// The names in the open directory, without `.` and `..`, in the order that the file system has them.
    ///
    /// For small directories: all names are kept in memory. The corresponding system call is getdents64(2).
    public func names() throws(Errno) -> [ByteString] {
        let descriptor = rawValue
        var names: [ByteString] = []
        var buffer = [UInt8](repeating: 0, count: 32768)
        while true {
            let filled = try valueOrErrno(.getDirectoryEntries) {
                unsafe buffer.withUnsafeMutableBytes { unsafe clinux_getdents64(descriptor, $0.baseAddress, $0.count) }
            }
            if filled == 0 { return names }
            var entry = 0
            while entry < filled {
                // struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name with its NUL.
                let length = Int(buffer[entry + 16]) | Int(buffer[entry + 17]) << 8
                let name = buffer[(entry + 19)..<(entry + length)].prefix { $0 != 0 }
                let text = ByteString(name)
                if text != ".", text != ".." { names.append(text) }
                entry += length
            }
        }
    }
}
