// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Somebody's wish to bind a socket to an address and a port.
public struct BindRequest: Hashable, Sendable {
    /// The real user of the process.
    public var user: UserID
    /// The real group of the process and its supplementary groups, in any order.
    public var groups: [GroupID]
    /// The protocol of the socket.
    public var transport: TransportProtocol
    /// The address, as the program named it.
    public var address: IPAddress
    /// The port.
    public var port: Port
    /// Whether the socket takes IPv4 as well: bound to `::` without `IPV6_V6ONLY` (ipv6(7)).
    public var isDualStack: Bool

    /// Creates a request.
    public init(
        user: UserID,
        groups: [GroupID],
        transport: TransportProtocol,
        address: IPAddress,
        port: Port,
        isDualStack: Bool = false
    ) {
        self.user = user
        self.groups = groups
        self.transport = transport
        self.address = address
        self.port = port
        self.isDualStack = isDualStack
    }
}

extension BindRequest {
    /// What a process of `user` asks for, with the groups that it has.
    ///
    /// For the real user of this process those are its own groups. For another they are those of a session, as after logging
    /// in; a user whom nobody knows has none.
    /// - Parameters:
    ///   - user: the real user of the process.
    ///   - port: the port.
    ///   - transport: the protocol.
    ///   - address: the address. A socket for `::` takes IPv4 as well.
    /// - Throws: why the groups cannot be found out, so that nothing is to be said of the bind.
    public init(
        user: UserID = CurrentProcess.realUser,
        port: Port,
        transport: TransportProtocol = .tcp,
        address: IPAddress = .v4(.any)
    ) throws(Errno) {
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
        // Whoever is known has at least the primary one.
        if groups.isEmpty { throw .inputOutput }
        return groups
    }
}
