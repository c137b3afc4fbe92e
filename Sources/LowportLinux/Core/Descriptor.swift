// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// An open file descriptor, owned or not.
package protocol Descriptor: ~Copyable {
    /// The number of the descriptor in this process.
    var rawValue: Int32 { get }
}

/// An open file descriptor that this value owns and closes.
// Embedded Swift ends a value in the module that has it, and must see there how, which `package` alone does not show.
@usableFromInline
package struct FileDescriptor: Descriptor, ~Copyable, Sendable {
    /// The number of the descriptor; -1 once released.
    @usableFromInline
    package private(set) var rawValue: Int32

    /// Takes ownership of the open descriptor `rawValue`.
    package init(owning rawValue: Int32) { self.rawValue = rawValue }

    @inlinable
    deinit {
        if rawValue >= 0 { closeSilently(rawValue) }
    }

    /// Gives up ownership without closing the descriptor.
    package consuming func release() -> Int32 {
        let descriptor = rawValue
        rawValue = -1
        return descriptor
    }

    /// The same open file with a number that is none of 0-2, which whoever closed these does not expect there.
    ///
    /// The corresponding system call is fcntl(2) with `F_DUPFD_CLOEXEC`.
    package consuming func aboveStandardOnes() throws(Errno) -> FileDescriptor {
        if rawValue > 2 { return self }
        let low = rawValue
        return FileDescriptor(owning: try valueOrErrno(.fcntl) { clinux_fcntl(low, F_DUPFD_CLOEXEC, 3) })
    }

    /// Closes the descriptor and reports whether that lost data (close(2), NOTES).
    package consuming func close() throws(Errno) {
        let descriptor = release()
        // EINTR is not retried: Linux has closed the descriptor by then.
        try nothingOrErrno(.close, retryOnInterrupt: false) { LowportCLinux.close(descriptor) }
    }
}

/// Closes the open descriptor with a number.
@usableFromInline
func closeSilently(_ descriptor: Int32) { _ = LowportCLinux.close(descriptor) }

/// A descriptor that this process does not own: one of the three standard ones, or one handed to the program by its parent process.
package struct InheritedDescriptor: Descriptor, Hashable, Sendable {
    /// The number of the descriptor.
    package let rawValue: Int32

    /// Refers to the descriptor `rawValue`.
    package init(_ rawValue: Int32) { self.rawValue = rawValue }

    /// Descriptor 0.
    package static var standardInput: InheritedDescriptor { InheritedDescriptor(0) }
    /// Descriptor 1.
    package static var standardOutput: InheritedDescriptor { InheritedDescriptor(1) }
    /// Descriptor 2.
    package static var standardError: InheritedDescriptor { InheritedDescriptor(2) }
    /// The working directory, in calls that take a directory (`AT_FDCWD`).
    package static var workingDirectory: InheritedDescriptor { InheritedDescriptor(AT_FDCWD) }
}
