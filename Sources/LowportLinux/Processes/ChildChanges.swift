// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A state change of a process (wait(2)).
package enum ProcessChange: Hashable, Sendable {
    /// The process exited.
    case exited(status: Int32)
    /// A signal killed it.
    case killed(signal: Int32)
    /// A signal stopped it.
    case stopped(signal: Int32)
    /// It resumed.
    case continued

    /// Decodes a status of wait(2).
    init(status: Int32) {
        var detail: Int32 = 0
        switch unsafe clinux_wait_kind(status, &detail) {
        case 0: self = .exited(status: detail)
        case 1: self = .killed(signal: detail)
        case 2: self = .stopped(signal: detail)
        default: self = .continued
        }
    }
}

extension CurrentProcess {
    /// The next state change of a child; a child that ended is reaped. Nil if none changed.
    ///
    /// Throws ECHILD when there are no children. The corresponding system call is waitpid(2).
    package static func nextChildChange() throws(Errno) -> (child: Int32, change: ProcessChange)? {
        var status: Int32 = 0
        let child = try valueOrErrno(.wait) { unsafe waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED) }
        return child == 0 ? nil : (child, ProcessChange(status: status))
    }

    /// Whether `process` exists (kill(2) with signal 0).
    package static func exists(_ process: Int32) -> Bool {
        do throws(Errno) {
            try nothingOrErrno(.kill) { LowportCLinux.kill(process, 0) }
            return true
        } catch { return error != .noSuchProcess }
    }
}
