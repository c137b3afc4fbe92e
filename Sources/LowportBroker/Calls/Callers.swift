// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The threads that make calls: their sockets and credentials.
package struct Callers: ~Copyable {
    private let principal: Principal
    /// The last thread that made a call, which is likely to make the next.
    private var last: HeldThread?
    /// Whether that thread was the principal at its first call, so that only a new user namespace can have changed it
    /// since.
    private var isVerified = false

    /// Creates an instance that has seen no thread yet.
    /// - Parameter principal: the principal that the helper may judge.
    package init(of principal: Principal) { self.principal = principal }

    /// Returns a duplicate of descriptor `number` of `thread`; nil if it does not exist or may not be duplicated.
    package mutating func socket(_ number: Int32, of thread: Int32) -> FileDescriptor? {
        // This fails for a held thread that has ended, even if another thread now has its ID.
        if let descriptor = held(number, of: thread) { return descriptor }
        last = try? HeldThread(thread)
        isVerified = false
        return held(number, of: thread)
    }

    /// Returns who decides whether the thread that `socket` was last taken from may bind it.
    ///
    /// Only a thread itself can change its credentials, which it cannot do while it waits in a call. Between two calls,
    /// a thread without capabilities, in a tree that may not gain privileges, can change only one thing: its user
    /// namespace, and through that everything else. After one complete comparison, comparing the user namespace is
    /// therefore sufficient.
    package mutating func authority(over socket: borrowing FileDescriptor) -> BindAuthority {
        let socketNetwork = try? socket.networkCookie()
        switch last {
        case .some(let last):
            if isVerified {
                return principal.authority(forVerified: try? last.userNamespace(), socketNetwork: socketNetwork)
            }
            let authority = principal.authority(for: try? last.credentials(), socketNetwork: socketNetwork)
            isVerified = authority == .helper && principal.isUnprivileged
            return authority
        case .none: return .kernel(.unknown)
        }
    }

    private func held(_ number: Int32, of thread: Int32) -> FileDescriptor? {
        switch last {
        case .some(let last): last.thread == thread ? try? last.descriptor(number) : nil
        case .none: nil
        }
    }
}
