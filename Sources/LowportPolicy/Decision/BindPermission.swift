// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Whether the policy lets this process bind a port, as far as this process may read the policy.
package enum BindPermission: Hashable, Sendable {
    /// The process may bind. The reason is `FILE:LINE` of each rule, or the path of a file of the authbind tree.
    case granted(reason: ByteString)
    /// The policy does not allow it.
    case refused
    /// The file at this path decides; the helper may read it, and this process may not.
    case unknown(path: ByteString)

    /// Why there is no answer.
    package enum LookupError: Error, Hashable, Sendable {
        /// The groups of the process could not be read (getgroups(2)).
        case groups(Errno)
    }

    /// Determines the permission of this process, with its real user and groups.
    /// - Parameters:
    ///   - port: the port.
    ///   - transport: the protocol.
    ///   - address: the address; `::` stands for a socket that accepts IPv4 as well.
    ///   - names: turns the names in rules into numbers.
    package init(
        ofThisProcessFor port: Port,
        _ transport: TransportProtocol,
        on address: IPAddress,
        names: some NameResolver = SystemNames()
    ) throws(LookupError) {
        let request: BindRequest
        do throws(Errno) {
            request = try BindRequest(port: port, transport: transport, address: address)
        } catch { throw .groups(error) }
        let context = DecisionContext(
            now: Timestamp(rawValue: WallClock.seconds),
            names: names,
            privilege: NoPrivilege()
        )
        self.init(Policy.system.decision(for: request, in: context))
    }

    private init(_ decision: Decision) {
        if decision.isAllowed {
            var reason = ByteString()
            for grant in decision.grants {
                reason += reason.isEmpty ? "" : " and "
                reason += grant.location.byteString
            }
            self = .granted(reason: reason)
        } else if let path = decision.unreadable {
            self = .unknown(path: path)
        } else {
            self = .refused
        }
    }
}
