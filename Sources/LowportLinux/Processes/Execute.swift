// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Replaces this process by `program`, searched for in PATH unless its name contains a slash.
///
/// The corresponding C function is execvp(3). Returns only to throw.
/// - Parameters:
///   - program: the path or name.
///   - arguments: all arguments; the first is the name of the program as it sees it.
package func execute(_ program: ByteString, arguments: [ByteString]) throws(Errno) -> Never {
    try nothingOrErrno(.execute, retryOnInterrupt: false) { () -> Int32 in
        unsafe arguments.withArgumentVector { vector in
            unsafe program.withCString { unsafe execvp($0, vector) }
        }
    }
    fatalError("execvp returned without an error")
}

/// Replaces this process by the program at `path`, without a search in PATH.
///
/// The corresponding C function is execv(3). Returns only to throw.
/// - Parameters:
///   - path: the path.
///   - arguments: all arguments; the first is the name of the program as it sees it.
package func execute(fileAt path: ByteString, arguments: [ByteString]) throws(Errno) -> Never {
    try nothingOrErrno(.execute, retryOnInterrupt: false) { () -> Int32 in
        unsafe arguments.withArgumentVector { vector in
            unsafe path.withCString { unsafe execv($0, vector) }
        }
    }
    fatalError("execv returned without an error")
}

extension [ByteString] {
    /// Calls `body` with the strings as an argument vector of C: pointers, and a nil after the last.
    func withArgumentVector<Result>(_ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        // One block that holds all arguments, and the pointers into it.
        var block: [CChar] = []
        var offsets: [Int] = []
        for argument in self {
            offsets.append(block.count)
            block += argument.bytes.map { CChar(truncatingIfNeeded: $0) }
            block.append(0)
        }
        return unsafe block.withUnsafeMutableBufferPointer { block in
            let base = block.baseAddress
            var pointers = unsafe offsets.map { offset in unsafe base.map { unsafe $0 + offset } }
            unsafe pointers.append(nil)
            return unsafe body(pointers)
        }
    }
}
