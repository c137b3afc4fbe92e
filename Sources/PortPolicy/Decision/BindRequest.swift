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
