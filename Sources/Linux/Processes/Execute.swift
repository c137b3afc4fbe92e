// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Replaces this process by `program`, which is looked for along PATH unless its name has a slash.
///
/// The corresponding C function is execvp(3). Returns only to throw.
/// - Parameters:
///   - program: the path or name.
///   - arguments: all arguments; the first is the name of the program as it sees it.
public func execute(_ program: ByteString, arguments: [ByteString]) throws(Errno) -> Never {
    try nothingOrErrno(.execute, retryOnInterrupt: false) { () -> Int32 in
        unsafe arguments.withArgumentVector { vector in
            unsafe program.withCString { unsafe execvp($0, vector) }
        }
    }
    fatalError("execvp returned without an error")
}

/// Replaces this process by the program at `path`, which is looked for nowhere else.
///
/// The corresponding C function is execv(3). Returns only to throw.
/// - Parameters:
///   - path: the path.
///   - arguments: all arguments; the first is the name of the program as it sees it.
public func execute(fileAt path: ByteString, arguments: [ByteString]) throws(Errno) -> Never {
    try nothingOrErrno(.execute, retryOnInterrupt: false) { () -> Int32 in
        unsafe arguments.withArgumentVector { vector in
            unsafe path.withCString { unsafe execv($0, vector) }
        }
    }
    fatalError("execv returned without an error")
}

extension [ByteString] {
    /// Calls `body` with the strings as C has the arguments of a program: pointers, and a nil behind the last.
    func withArgumentVector<Result>(_ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        // One block that holds all arguments, and the pointers into it.
        var block: [CChar] = []
        var offsets: [Int] = []
        for argument in self {
            offsets.append(block.count)
            block += argument.bytes.map { CChar(bitPattern: $0) }
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
