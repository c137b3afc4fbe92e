// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The system calls of this room, named for messages, logs and tests that make a call fail.
package enum SystemCall: Sendable, Hashable {
    case open, openWithoutLinks, close, read, write, seek, stat, access, fsync, ftruncate, rename, link, unlink, mkdir,
        chmod, chown, flock
    case fcntl, duplicate, pipe, poll, getDirectoryEntries, readLink, getWorkingDirectory
    case getAttribute, setAttribute, removeAttribute, listAttributes
    case socket, bind, listen, accept, connect, shutdown, getSocketOption, setSocketOption, getSocketName, getPeerName
    case send, receive, splice
    case getGroups, getCapabilities, setCapabilities, prctl, execute, wait, kill
    case bpf, mount, mapMemory, limit, landlock
    case namespace, listSockets, eventQueue
    case setIdentity, fork, socketPair, sendMessage, receiveMessage, openProcess, readMemory, filter, notification
}

/// Makes one system call, and throws its `errno` if it returns -1.
///
/// The only place that reads `errno` and retries interrupted calls.
/// - Parameters:
///   - call: which call it is, so that a test can make it fail.
///   - retryOnInterrupt: whether EINTR is retried; false if the caller must see a signal.
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

/// The error that a test sets for `call`; nil in everything that is shipped.
@inline(__always)
private func forcedError(of call: SystemCall) -> Errno? {
    #if DEBUG && !hasFeature(Embedded)
        FaultPlan.next(call)
    #else
        nil
    #endif
}

/// Like `valueOrErrno`, for calls whose value only means success.
@inline(__always)
func nothingOrErrno<Value: SignedInteger>(
    _ call: SystemCall,
    retryOnInterrupt: Bool = true,
    _ body: () -> Value
) throws(Errno) {
    _ = try valueOrErrno(call, retryOnInterrupt: retryOnInterrupt, body)
}
