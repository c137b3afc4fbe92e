// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A new directory that only its owner can enter, removed with this value, together with the named files.
// Its end is to be seen by the modules that have such a value: see `FileDescriptor`.
@usableFromInline
package struct TemporaryDirectory: ~Copyable {
    /// Its path.
    package let path: ByteString
    private let files: [ByteString]

    /// Makes the directory.
    ///
    /// The corresponding C function is mkdtemp(3).
    /// - Parameters:
    ///   - prefix: the beginning of its path; six characters follow.
    ///   - files: the names of the files in it that are removed with it.
    package init(_ prefix: ByteString, removing files: [ByteString]) throws(Errno) {
        var template = (prefix + "XXXXXX").bytes.map { CChar(truncatingIfNeeded: $0) } + [0]
        try nothingOrErrno(.mkdir) { () -> Int32 in
            unsafe mkdtemp(&template) == nil ? -1 : 0
        }
        path = ByteString(terminated: template)
        self.files = files
    }

    @inlinable
    deinit { remove() }

    @usableFromInline
    func remove() {
        for file in files { try? removeFile("\(path)/\(file)") }
        _ = unsafe path.withCString { unsafe rmdir($0) }
    }
}

/// Removes the file at `path`.
///
/// The corresponding system call is unlink(2).
package func removeFile(_ path: ByteString) throws(Errno) {
    try nothingOrErrno(.unlink) { unsafe path.withCString { unsafe unlink($0) } }
}
