// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// The system calls that this room makes; a name for messages, for logs and for tests that make a call fail.
public enum SystemCall: Sendable, Hashable {
    case open, openWithoutLinks, close, read, write, seek, stat, access, fsync, ftruncate, rename, link, unlink, mkdir,
        chmod, chown, flock
    case fcntl, duplicate, pipe, poll, getDirectoryEntries, readLink, getWorkingDirectory
    case getAttribute, setAttribute, removeAttribute, listAttributes
    case socket, bind, listen, accept, connect, shutdown, getSocketOption, setSocketOption, getSocketName, getPeerName
    case send, receive, splice
    case getGroups, getCapabilities, setCapabilities, prctl, execute, wait, kill
    case bpf, mount, mapMemory, limit, landlock
    case namespace, listSockets
    case setIdentity, fork, socketPair, sendMessage, receiveMessage, openProcess, readMemory, filter, notification
}

/// Makes one system call, and turns its -1 into the `Errno` that it left.
///
/// The one place that reads `errno` and that retries an interrupted call.
/// - Parameters:
///   - call: which call it is, so that a test can make it fail.
///   - retryOnInterrupt: whether EINTR is retried; false where a signal has to be seen by the caller.
///   - body: the call; returns -1 and sets `errno` on failure.
@inline(__always)
func valueOrErrno<Value: SignedInteger>(
    _ call: SystemCall,
    retryOnInterrupt: Bool = true,
    _ body: () -> Value
) throws(Errno) -> Value {
    while true {
        let error: Errno
        if let forced = forcedError(of: call) {
            error = forced
        } else {
            let value = body()
            if value != -1 { return value }
            error = Errno(rawValue: clinux_errno())
        }
        if retryOnInterrupt && error == .interrupted { continue }
        throw error
    }
}

/// The error that a test wants `call` to fail with; in everything that is shipped there is none.
@inline(__always)
private func forcedError(of call: SystemCall) -> Errno? {
    #if DEBUG && !hasFeature(Embedded)
        FaultPlan.next(call)
    #else
        nil
    #endif
}

/// As `valueOrErrno`, for calls whose value says nothing more than success.
@inline(__always)
func nothingOrErrno<Value: SignedInteger>(
    _ call: SystemCall,
    retryOnInterrupt: Bool = true,
    _ body: () -> Value
) throws(Errno) {
    _ = try valueOrErrno(call, retryOnInterrupt: retryOnInterrupt, body)
}
