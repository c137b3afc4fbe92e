// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// A request to bind a socket to an address and a port.
public struct BindRequest: Hashable, Sendable {
    /// The real user of the process.
    public var user: UserID
    /// The real group of the process and its supplementary groups, in any order.
    public var groups: [GroupID]
    /// The protocol of the socket.
    public var transport: TransportProtocol
    /// The address, as the program passed it.
    public var address: IPAddress
    /// The port.
    public var port: Port
    /// Whether the socket accepts IPv4 as well: bound to `::` without `IPV6_V6ONLY` (ipv6(7)).
    public var isDualStack: Bool
    /// The file that the process executes; nil if it is not known.
    package var program: FileIdentity?

    /// Creates a request.
    package init(
        user: UserID,
        groups: [GroupID],
        transport: TransportProtocol,
        address: IPAddress,
        port: Port,
        isDualStack: Bool = false,
        program: FileIdentity? = nil
    ) {
        self.program = program
        self.user = user
        self.groups = groups
        self.transport = transport
        self.address = address
        self.port = port
        self.isDualStack = isDualStack
    }
}

extension BindRequest {
    /// Creates the request of a process of `user`, with the groups of that process.
    ///
    ///     let decision = Policy.system.decision(for: try BindRequest(port: 80))
    ///
    /// For the real user of this process, the groups are those of this process. For another user, they are the groups
    /// of a login session; an unknown user has none.
    /// - Parameters:
    ///   - user: the real user of the process; nil for the one of this process.
    ///   - port: the port.
    ///   - transport: the protocol.
    ///   - address: the address. A socket for `::` accepts IPv4 as well.
    /// - Throws: the error that prevented finding out the groups; the bind then cannot be judged.
    public init(
        user: UserID? = nil,
        port: Port,
        transport: TransportProtocol = .tcp,
        address: IPAddress = .v4(.any)
    ) throws(Errno) {
        let user = user ?? CurrentProcess.realUser
        self.init(
            user: user,
            groups: try Self.groups(of: user),
            transport: transport,
            address: address,
            port: port,
            isDualStack: address == .v6(.any)
        )
    }

    private static func groups(of user: UserID) throws(Errno) -> [GroupID] {
        if user == CurrentProcess.realUser {
            return [CurrentProcess.realGroup] + (try CurrentProcess.supplementaryGroups())
        }
        guard try Accounts.findPrimaryGroup(of: user) != nil else { return [] }
        let groups = Accounts.name(of: user).map { Accounts.groups(ofUser: $0) } ?? []
        // A known user has at least the primary group.
        if groups.isEmpty { throw .inputOutput }
        return groups
    }
}
