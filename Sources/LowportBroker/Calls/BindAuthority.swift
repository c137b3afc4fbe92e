// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Who decides the bind of a thread under the broker: the helper or the kernel.
///
/// The helper judges one principal only, the user who started the tree. All other threads are left to the kernel, which
/// carries out the call with the credentials of the calling thread.
package enum BindAuthority: Hashable, Sendable {
    /// The helper decides: the thread is exactly the principal that the helper judges.
    case helper
    /// The kernel decides, for the given reason.
    case kernel(Reason)

    /// Why the helper is not consulted.
    package enum Reason: Hashable, Sendable {
        /// The thread may bind every port by itself: `CAP_NET_BIND_SERVICE` is effective.
        case capable
        /// The credentials of the thread cannot be determined.
        case unknown
        /// The thread's real, effective, saved or file system user differs.
        case user
        /// The thread's real, effective, saved or file system group, or a supplementary group, differs.
        case group
        /// The thread's capabilities differ from those of the starter: it has dropped or gained some.
        case capabilities
        /// The thread is in another user namespace, where user IDs refer to other users.
        case userNamespace
        /// The thread is in another network namespace.
        case networkNamespace
        /// The socket is in another network namespace, to whose ports the policy does not apply.
        case socketNetwork
    }
}

/// The principal that the helper may judge: the starter of the tree, as it was at the start.
package struct Principal: Sendable {
    private let credentials: ThreadCredentials?
    private let network: UInt64?

    /// Whether the principal is known; otherwise every call is left to the kernel.
    package var isKnown: Bool { credentials != nil }

    /// Whether the principal has no capabilities, so that its capabilities equal those of any thread without
    /// capabilities.
    package var isUnprivileged: Bool { credentials.map { $0.permitted.isEmpty && $0.effective.isEmpty } ?? false }

    /// Creates the principal with `credentials`, in the network namespace with the cookie `network`.
    package init(_ credentials: ThreadCredentials?, network: UInt64?) {
        self.credentials = credentials
        self.network = network
    }

    /// Returns this process as the principal; without its capabilities if `unprivileged` is true.
    ///
    /// The helper's own capabilities are not those of its user; it judges unprivileged users only.
    package static func current(unprivileged: Bool = false) -> Principal {
        var credentials = try? ThreadCredentials.ofCurrentProcess()
        if unprivileged {
            credentials?.permitted = []
            credentials?.effective = []
        }
        return Principal(credentials, network: try? networkNamespaceCookie())
    }

    /// Returns who decides the bind of a thread.
    /// - Parameters:
    ///   - caller: the credentials of the thread; nil if they cannot be read.
    ///   - socketNetwork: the cookie of the network namespace of the thread's socket; nil on kernels that do not report
    ///     it (before Linux 5.14), where comparing the namespace of the thread has to suffice.
    package func authority(for caller: ThreadCredentials?, socketNetwork: UInt64?) -> BindAuthority {
        guard let caller, let credentials else { return .kernel(.unknown) }
        if caller.canBindAllPorts { return .kernel(.capable) }
        if caller.users != credentials.users { return .kernel(.user) }
        if caller.groups != credentials.groups || caller.supplementaryGroups != credentials.supplementaryGroups {
            return .kernel(.group)
        }
        if caller.permitted != credentials.permitted || caller.effective != credentials.effective {
            return .kernel(.capabilities)
        }
        if caller.userNamespace != credentials.userNamespace { return .kernel(.userNamespace) }
        if caller.networkNamespace != credentials.networkNamespace { return .kernel(.networkNamespace) }
        if socketNetwork != network { return .kernel(.socketNetwork) }
        return .helper
    }

    /// Like `authority(for:socketNetwork:)`, for a thread without capabilities that was the principal before.
    /// - Parameters:
    ///   - userNamespace: the current user namespace of the thread; nil if it cannot be determined.
    ///   - socketNetwork: the cookie of the network namespace of the thread's socket.
    func authority(forVerified userNamespace: NamespaceID?, socketNetwork: UInt64?) -> BindAuthority {
        guard let userNamespace, let credentials else { return .kernel(.unknown) }
        if userNamespace != credentials.userNamespace { return .kernel(.userNamespace) }
        return socketNetwork == network ? .helper : .kernel(.socketNetwork)
    }
}
