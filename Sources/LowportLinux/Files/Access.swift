// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// What access(2) is asked for.
package enum AccessKind: Sendable {
    case exists, read, write, execute

    var flag: Int32 {
        switch self {
        case .exists: F_OK
        case .read: R_OK
        case .write: W_OK
        case .execute: X_OK
        }
    }
}

extension Descriptor where Self: ~Copyable {
    /// Asks whether the *real* user and groups of the process may access `path`, which starts from this directory.
    ///
    /// The corresponding system call is faccessat(2) without flags. Throws the reason when they may not.
    package func checkAccess(_ kind: AccessKind, to path: ByteString) throws(Errno) {
        let directory = rawValue
        try nothingOrErrno(.access) {
            unsafe path.withCString { unsafe faccessat(directory, $0, kind.flag, 0) }
        }
    }
}

/// Asks whether the *real* user and groups of the process may access `path`. Throws the reason when they may not.
///
/// The corresponding system call is access(2).
package func checkAccess(_ kind: AccessKind, to path: ByteString) throws(Errno) {
    try nothingOrErrno(.access) {
        unsafe path.withCString { unsafe access($0, kind.flag) }
    }
}

/// Asks whether this process may execute `path`, as far as security modules decide that as well. Throws the reason when
/// it may not; `.invalidArgument` before Linux 6.14.
///
/// The corresponding system call is execveat(2) with `AT_EXECVE_CHECK`.
package func checkExecution(of path: ByteString) throws(Errno) {
    try nothingOrErrno(.execute) {
        unsafe path.withCString { unsafe clinux_check_execution($0) }
    }
}
