// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// When a server accepts clients: not for a moment after descriptors or memory have run out. Meanwhile they wait in the
/// queue of the kernel.
struct Admission {
    /// When to try again.
    private(set) var resumesAt: Instant?

    /// Whether to accept now.
    var isOpen: Bool { resumesAt.map { $0 <= Instant.now } ?? true }

    /// How long to wait if something has run out that other processes may free.
    static var pause: Milliseconds { Milliseconds(rawValue: 100) }

    /// Notes an error of accept(2), and throws it if it concerns the listener.
    mutating func note(_ error: Errno) throws(Errno) {
        switch AcceptFailure(error) {
        case .passing: break
        case .exhausted: close()
        case .fatal: throw error
        }
    }

    /// Accepts nobody for a moment.
    mutating func close() { resumesAt = Instant.now + Admission.pause }

    /// Notes that a connection has ended.
    mutating func reopen() { resumesAt = nil }
}
