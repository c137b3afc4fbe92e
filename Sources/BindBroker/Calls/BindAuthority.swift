// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Who decides the bind of a thread under the broker.
///
/// The helper judges one principal, the user who started the tree, and answers for nobody else. Everybody else is left to
/// the kernel, which carries the call out with the credentials of the thread that makes it.
public enum BindAuthority: Hashable, Sendable {
    /// The helper: the thread is exactly what the helper judges.
    case helper
    /// The kernel, and why.
    case kernel(Reason)

    /// Why the helper is not asked.
    public enum Reason: Hashable, Sendable {
        /// The thread may bind every port by itself: `CAP_NET_BIND_SERVICE` is in effect.
        case capable
        /// What the thread is cannot be found out.
        case unknown
        /// Its real, effective, saved or file system user is another.
        case user
        /// Its real, effective, saved or file system group, or a supplementary group, is another.
        case group
        /// It has other capabilities than the starter had: it gave some up, or gained some.
        case capabilities
        /// It is in another user namespace, in which numbers of users mean others.
        case userNamespace
        /// It is in another network namespace.
        case networkNamespace
        /// Its socket is in another network namespace, whose ports are not those of the policy.
        case socketNetwork
    }
}

/// The one for whom the helper may be asked: the starter of the tree, as it was at the start.
public struct Principal: Sendable {
    private let credentials: ThreadCredentials?
    private let network: UInt64?

    /// Whether it is known at all; otherwise every call is left to the kernel.
    public var isKnown: Bool { credentials != nil }

    /// Whether it has no capabilities, so that whoever has none either differs from it in nothing.
    public var isUnprivileged: Bool { credentials.map { $0.permitted.isEmpty && $0.effective.isEmpty } ?? false }

    /// Creates the principal with these credentials, in the network namespace with the cookie `network`.
    public init(_ credentials: ThreadCredentials?, network: UInt64?) {
        self.credentials = credentials
        self.network = network
    }

    /// This process; of its capabilities none count if `isUnprivileged`.
    ///
    /// The helper, whose own capabilities are not its user's, answers for unprivileged users alone.
    public static func current(unprivileged: Bool = false) -> Principal {
        var credentials = try? ThreadCredentials.ofCurrentProcess()
        if unprivileged {
            credentials?.permitted = []
            credentials?.effective = []
        }
        return Principal(credentials, network: try? networkNamespaceCookie())
    }

    /// Who decides the bind of a thread.
    /// - Parameters:
    ///   - caller: the credentials of the thread; nil if they cannot be read.
    ///   - socketNetwork: the cookie of the network namespace of its socket; nil on a kernel that does not tell it
    ///     (before Linux 5.14), where the namespace of the thread has to do.
    public func authority(for caller: ThreadCredentials?, socketNetwork: UInt64?) -> BindAuthority {
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

    /// As `authority(for:socketNetwork:)`, for a thread that was the principal before and is without capabilities.
    /// - Parameters:
    ///   - userNamespace: the user namespace of the thread now; nil if that cannot be found out.
    ///   - socketNetwork: the cookie of the network namespace of its socket.
    func authority(forVerified userNamespace: NamespaceID?, socketNetwork: UInt64?) -> BindAuthority {
        guard let userNamespace, let credentials else { return .kernel(.unknown) }
        if userNamespace != credentials.userNamespace { return .kernel(.userNamespace) }
        return socketNetwork == network ? .helper : .kernel(.socketNetwork)
    }
}
