// SPDX-License-Identifier: Apache-2.0

extension Descriptor where Self: ~Copyable {
    /// The names in the open directory, without `.` and `..`, in the order of the file system.
    ///
    /// For small directories: all names are kept in memory. The corresponding system call is getdents64(2).
    package func names() throws(Errno) -> [ByteString] {
        var names: [ByteString] = []
        var entries = DirectoryEntries()
        while try entries.readBatch(of: self) {
            while let entry = entries.next() { names.append(entries.name(of: entry)) }
        }
        return names
    }
}
