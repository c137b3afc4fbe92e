// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The threads that make calls: their sockets, and what they are.
public struct Callers: ~Copyable {
    private let principal: Principal
    /// The thread that asked last, which is likely to ask again.
    private var last: HeldThread?
    /// Whether that thread was the principal when it asked for the first time, and can have become nothing else since but
    /// by a new user namespace.
    private var isVerified = false

    /// Creates it without anybody having asked.
    /// - Parameter principal: for whom the helper may be asked.
    public init(of principal: Principal) { self.principal = principal }

    /// A descriptor of our own for descriptor `number` of `thread`; nil if there is none, or it may not be had.
    public mutating func socket(_ number: Int32, of thread: Int32) -> FileDescriptor? {
        // Of a thread that has ended, whose number another may have by now, nothing is to be had.
        if let descriptor = held(number, of: thread) { return descriptor }
        last = try? HeldThread(thread)
        isVerified = false
        return held(number, of: thread)
    }

    /// Who decides whether the thread that `socket` was taken from last may bind it.
    ///
    /// What a thread is only it can change itself, which it does not while it waits in a call. Between two calls a thread
    /// without capabilities, in a tree that may not gain privileges, can change one thing alone: its user namespace, and
    /// with that whatever else. So what was compared as a whole once is compared by that from then on.
    public mutating func authority(over socket: borrowing FileDescriptor) -> BindAuthority {
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
